import type { FindingEntry } from "../api/types";
import type { StandingFinding } from "./standing";

/** What is said of a finding. `open`: a probability without a decision. */
export type Decision = "called" | "notCalled" | "graded" | "open" | "abstained" | "rejected";

/** Probabilities that the slider marks. */
export const MARKS = [0.3, 0.5, 0.7] as const;

/** The model's own decision, as it is stored. */
export function storedDecision(finding: FindingEntry): Decision {
  if (finding.abstained) return "abstained";
  if (typeof finding.value === "number") return "graded";
  if (typeof finding.value === "boolean") return finding.value ? "called" : "notCalled";
  return "open";
}

/** What holds: the last reader's word, else the model's own decision. */
export function standingDecision(finding: StandingFinding): Decision {
  const { read } = finding;
  if (!read?.valueSaid) return storedDecision(finding);
  if (read.state === "rejected") return "rejected";
  if (typeof read.value === "number") return "graded";
  if (read.value === null) return storedDecision(finding);
  return read.value ? "called" : "notCalled";
}

/**
 * What the page draws and lists a finding as.
 *
 * @param threshold - The slider's probability, or `null` for the bundle's own thresholds. It moves
 * what is drawn, never the stored decision; grades, abstentions and what a reader spoke of it leaves
 * as they are, and below it a finding without a decision stays one.
 */
export function drawnDecision(finding: StandingFinding, threshold: number | null): Decision {
  return finding.read?.valueSaid ? standingDecision(finding) : modelDecision(finding, threshold);
}

/** What the page would list a finding as if no reader had spoken of it. */
export function modelDecision(finding: FindingEntry, threshold: number | null): Decision {
  const stored = storedDecision(finding);
  if (threshold === null || stored === "abstained" || stored === "graded") return stored;
  if (finding.probability === null) return stored;
  if (finding.probability >= threshold) return "called";
  return stored === "open" ? "open" : "notCalled";
}

/** Whether the slider makes a finding look other than it stands. */
export function isMoved(finding: StandingFinding, threshold: number | null): boolean {
  return drawnDecision(finding, threshold) !== standingDecision(finding);
}

/** Whether the model or a reader said something that can be accepted or rejected. */
export function hasValue(finding: StandingFinding): boolean {
  return (finding.value ?? finding.read?.value ?? null) !== null;
}

/** Whether it is folded away: the model did not call it, and no reader spoke against that. */
export function isFolded(finding: StandingFinding, threshold: number | null): boolean {
  const { read } = finding;
  const open = !read || read.state === "open" || read.state === "accepted";
  return open && drawnDecision(finding, threshold) === "notCalled";
}

/** Two proportions with their intervals, as the bundle's own validation gave them. */
export interface OperatingPoint {
  ppv: Proportion | null;
  npv: Proportion | null;
  falseCallsPerStudy: number | null;
  /** False where it was too poor for the bundle to decide by it. */
  shown: boolean;
}

export interface Proportion {
  value: number;
  low: number;
  high: number;
  n: number;
  method: string;
  unit: string;
}

/** Reads the operating point of a finding; `null` where there is none. */
export function operatingPoint(finding: FindingEntry): OperatingPoint | null {
  const point = finding.operating_point as Record<string, unknown> | null;
  if (!point) return null;
  const calls = point["false_calls_per_study"];
  return {
    ppv: proportion(point["ppv"]),
    npv: proportion(point["npv"]),
    falseCallsPerStudy: typeof calls === "number" ? calls : null,
    shown: point["shown"] !== false,
  };
}

function proportion(value: unknown): Proportion | null {
  if (typeof value !== "object" || value === null) return null;
  const { value: of, low, high, n, method, unit } = value as Record<string, unknown>;
  if (typeof of !== "number" || typeof low !== "number" || typeof high !== "number") return null;
  return {
    value: of,
    low,
    high,
    n: typeof n === "number" ? n : 0,
    method: typeof method === "string" ? method : "",
    unit: typeof unit === "string" ? unit : "",
  };
}

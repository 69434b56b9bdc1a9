import type { FindingEntry } from "../api/types";

/** What is said of a finding. `open`: a probability without a decision. */
export type Decision = "called" | "notCalled" | "graded" | "open" | "abstained";

/** Probabilities that the slider marks. */
export const MARKS = [0.3, 0.5, 0.7] as const;

/** The model's own decision, as it is stored. */
export function storedDecision(finding: FindingEntry): Decision {
  if (finding.abstained) return "abstained";
  if (typeof finding.value === "number") return "graded";
  if (typeof finding.value === "boolean") return finding.value ? "called" : "notCalled";
  return "open";
}

/**
 * What the page draws and lists a finding as.
 *
 * @param threshold - The slider's probability, or `null` for the bundle's own thresholds. It moves
 * what is drawn, never the stored decision; grades and abstentions it leaves as they are, and below
 * it a finding without a decision stays one.
 */
export function drawnDecision(finding: FindingEntry, threshold: number | null): Decision {
  const stored = storedDecision(finding);
  if (threshold === null || stored === "abstained" || stored === "graded") return stored;
  if (finding.probability === null) return stored;
  if (finding.probability >= threshold) return "called";
  return stored === "open" ? "open" : "notCalled";
}

/** Whether the slider makes a finding look other than it is stored. */
export function isMoved(finding: FindingEntry, threshold: number | null): boolean {
  return drawnDecision(finding, threshold) !== storedDecision(finding);
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

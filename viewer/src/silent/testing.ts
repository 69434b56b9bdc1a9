import type { AskedFinding, Beside, OperatingCurveEntry, Share, SilentRun } from "../api/types";
import { analysis, finding } from "../findings/testing";

/** Two findings of a level, and one of the whole study. */
export const ASKED: AskedFinding[] = [
  { name: "grade", title: "Pfirrmann grade", grades: [1, 2, 3], levels: ["L4-L5", "L5-S1"] },
  { name: "bulge", title: "Bulge", grades: [], levels: ["L4-L5", "L5-S1"] },
  { name: "effusion", title: "Effusion", grades: [], levels: [] },
];

/** A finding at a level on which both said yes. */
export function beside(other: Partial<Beside> = {}): Beside {
  return {
    name: "bulge",
    title: "Bulge",
    level: "L5-S1",
    own: true,
    own_text: "Positive",
    model: true,
    model_text: "Positive",
    agrees: true,
    finding: 1,
    ...other,
  };
}

/** A silent run that was not called yet. */
export function silentRun(other: Partial<SilentRun> = {}): SilentRun {
  return {
    analysis: "a-1",
    bundle: "lumbar-grading",
    summary: "Grades discs.",
    asked: ASKED,
    shown_to: "reader",
    called: null,
    result: null,
    ...other,
  };
}

/** The same run after the call, with two findings at which both differ and one not called. */
export function calledRun(): SilentRun {
  return silentRun({
    called: { at: "2026-02-15T10:00:00Z", calls: [{ name: "bulge", level: "L5-S1", value: true }] },
    result: {
      state: "done",
      reason: null,
      version: "0.1.0",
      sha256: "f".repeat(64),
      finished_at: "2026-02-15T09:00:00Z",
      findings: [
        finding({
          evidence: [
            { series_uid: "1", instance_uid: "2", frame: 0, slice: 0, outline: [], box: null },
          ],
        }),
      ],
      beside: [
        beside(),
        beside({ level: "L4-L5", own: false, agrees: false, finding: null }),
        beside({ level: "L3-L4", own: null, own_text: "", agrees: null, finding: null }),
      ],
      run: analysis({ silent: true }),
    },
  });
}

export function share(value: number, n = 100): Share {
  return { value, low: value - 0.05, high: value + 0.05, n, method: "Wilson", unit: "disc" };
}

/** A curve that was measured at 0.3, 0.5 and 0.7, with its own threshold at 0.42. */
export function curve(other: Partial<OperatingCurveEntry> = {}): OperatingCurveEntry {
  const point = (threshold: number, sensitivity: number) => ({
    threshold,
    sensitivity: share(sensitivity, 40),
    specificity: share(1 - sensitivity / 2, 60),
  });
  return {
    name: "disc-bulging",
    title: "Bulge",
    chosen: 0.42,
    shown: true,
    points: [point(0.3, 0.9), point(0.42, 0.81), point(0.5, 0.8), point(0.7, 0.6)],
    ...other,
  };
}

import type { AnalysisEntry } from "../api/types";

const UNDER_WAY = new Set(["queued", "running", "cancelling"]);

/** Why what an earlier run found stands still: its bundle runs again, or could not. */
export type StandsWhile = "again" | "notAgain";

/** The runs that stand only until a later run of their bundle ends with a result. */
export function earlierRuns(
  analyses: readonly AnalysisEntry[],
): ReadonlyMap<string, StandsWhile> {
  const later = new Map<string, StandsWhile>();
  for (const { bundle, state } of analyses) {
    if (UNDER_WAY.has(state)) later.set(bundle, "again");
    else if (state === "failed" || state === "refused") later.set(bundle, "notAgain");
  }
  return new Map(
    analyses.flatMap(({ id, bundle, state }) => {
      const why = later.get(bundle);
      return why && state === "done" ? [[id, why] as const] : [];
    }),
  );
}

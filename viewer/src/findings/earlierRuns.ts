import type { AnalysisEntry } from "../api/types";

const UNDER_WAY = new Set(["queued", "running", "cancelling"]);

/** The ended runs that stand only until the new run of their bundle ends. */
export function earlierRuns(analyses: readonly AnalysisEntry[]): ReadonlySet<string> {
  const again = new Set(
    analyses.filter(({ state }) => UNDER_WAY.has(state)).map(({ bundle }) => bundle),
  );
  const earlier = analyses.filter(({ bundle, state }) => again.has(bundle) && !UNDER_WAY.has(state));
  return new Set(earlier.map(({ id }) => id));
}

import type { AnalysisEntry, SilentRun } from "../api/types";

/** What is known of who looked at a study: the runs that may be told of, and whether one may not. */
export interface Looked {
  /** The open runs, and the silent ones that the reader has called. */
  analyses: readonly AnalysisEntry[];
  /** Whether a silent bundle is there of which nothing is told before the reader's own call. */
  untold: boolean;
  /** Whether the reader has called a silent run, which stands beside their call. */
  called: boolean;
}

/** Adds the silent runs that the reader has called to the open ones; each run once. */
export function lookedAt(
  open: readonly AnalysisEntry[],
  runs: readonly SilentRun[] | undefined,
): Looked {
  const known = new Set(open.map(({ id }) => id));
  const called = (runs ?? []).flatMap(({ called: call, result }) =>
    call && result && !known.has(result.run.id) ? [result.run] : [],
  );
  return {
    analyses: [...open, ...called],
    untold: (runs ?? []).some((run) => run.called === null),
    called: called.length > 0,
  };
}

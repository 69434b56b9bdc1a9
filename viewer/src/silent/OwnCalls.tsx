import type { ReactNode } from "react";
import type { FindingEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { AskCall } from "./AskCall";
import { BesideTable } from "./BesideTable";
import type { SilentCalls } from "./useOwnCalls";
import "./silent.css";

/**
 * The bundles that read a study silently: first the reader's own call is asked, then what they
 * found stands beside it.
 */
export function OwnCalls({
  calls,
  select,
}: {
  calls: SilentCalls;
  select: (finding: FindingEntry) => void;
}): ReactNode {
  const { runs, problem, reload, keep } = calls;
  if (problem !== undefined && !runs) return <Failure problem={problem} again={reload} />;
  return (
    <>
      {runs?.map((run) =>
        run.called && run.result ? (
          <BesideTable
            key={run.bundle}
            bundle={run.bundle}
            called={run.called}
            result={run.result}
            select={select}
          />
        ) : (
          <AskCall key={run.bundle} run={run} keep={(said) => keep(run.analysis, said)} />
        ),
      )}
    </>
  );
}

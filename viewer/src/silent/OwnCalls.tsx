import { type ReactNode, useCallback, useEffect, useRef } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { FindingEntry, OwnCalls as OwnCallsBody, OwnCallValue, WorklistEntry } from "../api/types";
import { useSession } from "../session/session";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { AskCall } from "./AskCall";
import { BesideTable } from "./BesideTable";
import "./silent.css";

interface OwnCallsProps {
  study: Pick<WorklistEntry, "id" | "revision">;
  select: (finding: FindingEntry) => void;
}

/**
 * The bundles that read a study silently: first the reader's own call is asked, then what they
 * found stands beside it.
 */
export function OwnCalls(props: OwnCallsProps): ReactNode {
  const { may } = useSession();
  return may(PERMISSIONS.correct) ? <OfReader {...props} /> : null;
}

function OfReader({ study: { id: study, revision }, select }: OwnCallsProps): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const path = "/api/v1/studies/{study_id}/own-calls";
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const params = { path: { study_id: study } };
        // The client's types know places only as lists of numbers.
        return (await answer(client.GET(path, { params, signal }))) as OwnCallsBody;
      },
      [client, study],
    ),
  );
  const { reload } = loaded;
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current === revision) return;
    seen.current = revision;
    reload();
  }, [revision, reload]);

  /** Whether it was kept; where it was not, what was called stays on the page. */
  async function keep(analysis: string, calls: OwnCallValue[]): Promise<boolean> {
    try {
      const params = { path: { study_id: study } };
      await answer(client.POST(path, { params, body: { analysis, calls } }));
      toasts.tell(say("ownCall.kept"));
      reload();
      return true;
    } catch (problem) {
      toasts.fail(problem);
      return false;
    }
  }

  if (loaded.problem !== undefined && !loaded.data) {
    return <Failure problem={loaded.problem} again={reload} />;
  }
  return (
    <>
      {loaded.data?.runs.map((run) =>
        run.called && run.result ? (
          <BesideTable
            key={run.bundle}
            bundle={run.bundle}
            called={run.called}
            result={run.result}
            select={select}
          />
        ) : (
          <AskCall key={run.bundle} run={run} keep={(calls) => keep(run.analysis, calls)} />
        ),
      )}
    </>
  );
}

import { useCallback, useEffect, useRef } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { OwnCalls, OwnCallValue, SilentRun, WorklistEntry } from "../api/types";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";

/** The silent runs on a study as they are to a reader, and how the reader's own call is kept. */
export interface SilentCalls {
  /** Not there until they are, and none for who makes no calls. */
  runs: readonly SilentRun[] | undefined;
  problem: unknown;
  reload: () => void;
  /** Whether it was kept; where it was not, what was called stays on the page. */
  keep: (analysis: string, calls: OwnCallValue[]) => Promise<boolean>;
}

const PATH = "/api/v1/studies/{study_id}/own-calls";

export function useOwnCalls({
  id: study,
  revision,
}: Pick<WorklistEntry, "id" | "revision">): SilentCalls {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const mayCall = useSession().may(PERMISSIONS.correct);
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal): Promise<OwnCalls> => {
        if (!mayCall) return { runs: [] };
        const params = { path: { study_id: study } };
        // The client's types know places only as lists of numbers.
        return (await answer(client.GET(PATH, { params, signal }))) as OwnCalls;
      },
      [client, study, mayCall],
    ),
  );
  const { reload } = loaded;
  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current === revision) return;
    seen.current = revision;
    reload();
  }, [revision, reload]);

  async function keep(analysis: string, calls: OwnCallValue[]): Promise<boolean> {
    try {
      const params = { path: { study_id: study } };
      await answer(client.POST(PATH, { params, body: { analysis, calls } }));
      toasts.tell(say("ownCall.kept"));
      reload();
      return true;
    } catch (problem) {
      toasts.fail(problem);
      return false;
    }
  }

  return { runs: loaded.data?.runs, problem: loaded.problem, reload, keep };
}

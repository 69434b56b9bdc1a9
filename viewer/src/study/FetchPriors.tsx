import { type ReactNode, useCallback, useEffect, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { Priors, PriorsFetchEntry, StudyDetail } from "../api/types";
import { useMay } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";

/** Has a patient's earlier studies fetched from a PACS, and says how far that is. */
export function FetchPriors({ detail }: { detail: StudyDetail }): ReactNode {
  const may = useMay();
  return may(PERMISSIONS.upload) ? <Fetching detail={detail} /> : null;
}

function Fetching({ detail }: { detail: StudyDetail }): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const [priors, setPriors] = useState<Priors>();
  const [busy, setBusy] = useState(false);
  const path = { study_id: detail.study.id };
  const id = detail.study.id;

  const look = useCallback(() => {
    const params = { path: { study_id: id } };
    // Where it cannot be told, nothing is offered: the page itself says what is wrong with it.
    answer(client.GET("/api/v1/studies/{study_id}/priors", { params })).then(setPriors, () =>
      setPriors(undefined),
    );
  }, [client, id]);
  // The page has the study anew with each event of it, and a fetch tells of itself by those.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new detail is what calls for it
  useEffect(look, [look, detail]);

  async function fetchFrom(peer: string) {
    setBusy(true);
    try {
      setPriors(
        await answer(
          client.POST("/api/v1/studies/{study_id}/priors", { params: { path }, body: { peer } }),
        ),
      );
    } catch (failure) {
      toasts.fail(failure);
    }
    setBusy(false);
  }

  if (priors === undefined || priors.peers.length === 0) return null;
  const latest = priors.fetches[0];
  return (
    <div className="priors-fetch">
      {priors.peers.map((peer) => (
        <button
          key={peer}
          type="button"
          className="button plain"
          disabled={busy || priors.fetches.some((one) => one.peer === peer && underWay(one))}
          onClick={() => void fetchFrom(peer)}
        >
          {say("study.priors.fetch", { peer })}
        </button>
      ))}
      {latest ? (
        <output aria-live="polite">
          {underWay(latest) && latest.total > 0 ? (
            <progress max={latest.total} value={latest.done} aria-label={say("study.priors")} />
          ) : null}
          <Standing fetch={latest} />
        </output>
      ) : null}
    </div>
  );
}

function Standing({ fetch }: { fetch: PriorsFetchEntry }): ReactNode {
  const { say } = useWords();
  const { peer, state, done, total, studies, reason } = fetch;
  if (state === "failed") return <small>{reason?.text ?? say("study.priors.failed")}</small>;
  if (state === "queued") return <small>{say("study.priors.queued", { peer })}</small>;
  if (state === "running") {
    return <small>{say("study.priors.running", { peer, done, total })}</small>;
  }
  return (
    <small>
      {studies === 0
        ? say("study.priors.nothing", { peer })
        : say("study.priors.done", { peer, studies, done })}
    </small>
  );
}

function underWay({ state }: PriorsFetchEntry): boolean {
  return state === "queued" || state === "running";
}

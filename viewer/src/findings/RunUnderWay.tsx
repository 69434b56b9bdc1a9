import { type ReactNode, useState } from "react";
import { useParams } from "react-router";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AnalysisEntry } from "../api/types";
import { useMay } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";

/** How far a run is, and what stops it, for those who may. */
export function RunUnderWay({ analysis }: { analysis: AnalysisEntry }): ReactNode {
  const { say, number } = useWords();
  const may = useMay();
  const { state, bundle, progress } = analysis;
  if (state !== "queued" && state !== "running" && state !== "cancelling") return null;
  const far = progress
    ? say("analysis.far", { bundle, done: number(progress.done), total: number(progress.total) })
    : bundle;
  return (
    <div className="analysis-under-way">
      {state === "queued" ? null : (
        <progress
          aria-label={far}
          title={far}
          {...(progress?.total ? { value: progress.done, max: progress.total } : {})}
        />
      )}
      {state !== "cancelling" && !analysis.silent && may(PERMISSIONS.analyse) ? <Stop analysis={analysis} /> : null}
    </div>
  );
}

function Stop({ analysis: { id, bundle } }: { analysis: AnalysisEntry }): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const { id: study } = useParams();
  const [busy, setBusy] = useState(false);

  async function stop() {
    setBusy(true);
    try {
      const path = { study_id: Number(study), analysis_id: id };
      const now: AnalysisEntry = await answer(
        client.DELETE("/api/v1/studies/{study_id}/analyses/{analysis_id}", { params: { path } }),
      );
      const word = now.state === "cancelled" ? "analysis.stop.done" : "analysis.stop.soon";
      toasts.tell(say(word, { bundle }));
    } catch (problem) {
      toasts.fail(problem);
    }
    setBusy(false);
  }

  return (
    <button
      type="button"
      className="button"
      disabled={busy}
      aria-label={say("analysis.stop.of", { bundle })}
      onClick={() => void stop()}
    >
      {say("analysis.stop")}
    </button>
  );
}

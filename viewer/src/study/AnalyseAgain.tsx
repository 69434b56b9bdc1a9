import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AnalysisEntry, StudyDetail } from "../api/types";
import { useMay } from "../session/session";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";

/** Has the bundles run on a study once more, for those who may. */
export function AnalyseAgain({ detail }: { detail: StudyDetail }): ReactNode {
  const { say } = useWords();
  const may = useMay();
  const [choosing, setChoosing] = useState(false);
  if (!may(PERMISSIONS.analyse)) return null;
  return (
    <>
      <button type="button" className="button plain study-again" onClick={() => setChoosing(true)}>
        {say("analysis.again")}
      </button>
      {choosing ? <Choice detail={detail} close={() => setChoosing(false)} /> : null}
    </>
  );
}

function Choice({ detail, close }: { detail: StudyDetail; close: () => void }): ReactNode {
  const { say, count } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const [bundle, setBundle] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [refused, setRefused] = useState<readonly AnalysisEntry[]>([]);

  async function queue(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    setRefused([]);
    try {
      const path = { study_id: detail.study.id };
      const query = bundle ? { bundle } : {};
      const made: AnalysisEntry[] = await answer(
        client.POST("/api/v1/studies/{study_id}/analyses", { params: { path, query } }),
      );
      const not = made.filter(({ state }) => state === "refused");
      const queued = made.length - not.length;
      if (queued > 0) toasts.tell(count("analysis.again.queued", queued));
      else if (not.length === 0) toasts.tell(say("analysis.again.none"));
      // What did not run is read before the dialog is gone.
      if (not.length === 0 || queued > 0) return close();
      setRefused(not);
    } catch (failure) {
      setProblem(failure);
    }
    setBusy(false);
  }

  return (
    <Dialog title={say("analysis.again")} close={close}>
      <form onSubmit={(event) => void queue(event)}>
        <p className="hint">{say("analysis.again.why")}</p>
        <fieldset className="again-bundles">
          <legend>{say("analysis.again.which")}</legend>
          <label>
            <input
              type="radio"
              name="bundle"
              checked={bundle === null}
              onChange={() => setBundle(null)}
            />
            <span>{say("analysis.again.all")}</span>
          </label>
          {detail.analyses.map((one) => (
            <label key={one.bundle}>
              <input
                type="radio"
                name="bundle"
                checked={bundle === one.bundle}
                onChange={() => setBundle(one.bundle)}
              />
              <span>
                {one.bundle} <Standing analysis={one} />
              </span>
            </label>
          ))}
        </fieldset>
        {refused.length > 0 ? (
          <div className="again-refused" role="alert">
            <p>{say("analysis.again.refused")}</p>
            <ul>
              {refused.map((one) => (
                <li key={one.id}>
                  <strong>{one.bundle}</strong>: {one.reason?.text}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {problem === undefined ? null : <Failure problem={problem} />}
        <div className="dialog-acts">
          <button type="button" className="button" onClick={close}>
            {say(refused.length > 0 ? "shell.close" : "shell.cancel")}
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            {say("analysis.again.queue")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** How a bundle's last run on the study stands, and why it did not read it. */
function Standing({ analysis: { state, reason } }: { analysis: AnalysisEntry }): ReactNode {
  const { say } = useWords();
  const why = state === "refused" || state === "failed" ? reason?.text : undefined;
  return (
    <small className="hint">
      {say(`analysis.${state}`)}
      {why ? `: ${why}` : ""}
    </small>
  );
}

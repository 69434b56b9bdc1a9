import { type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { ObservationEntry } from "../api/types";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { Content } from "./ObservationCard";

/** Asks before an observation is taken back, and shows which. */
export function Withdraw(props: {
  entry: ObservationEntry;
  close: () => void;
  withdrawn: () => void;
}): ReactNode {
  const { say, date } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { entry } = props;

  async function withdraw() {
    setBusy(true);
    try {
      const params = { path: { observation_id: entry.id } };
      await answer(client.DELETE("/api/v1/observations/{observation_id}", { params }));
    } catch (failure) {
      setBusy(false);
      return setProblem(failure);
    }
    toasts.tell(say("observations.withdrawn.done"));
    props.withdrawn();
    props.close();
  }

  return (
    <Dialog title={say("observations.withdraw.title")} close={props.close}>
      <p>{say("observations.withdraw.why")}</p>
      <div className="obs-card">
        <h3>
          {entry.form_title} <small>{entry.observed_on ? date(entry.observed_on) : ""}</small>
        </h3>
        <Content entry={entry} />
      </div>
      {problem === undefined ? null : <Failure problem={problem} />}
      <div className="dialog-acts">
        <button type="button" className="button" onClick={props.close}>
          {say("shell.cancel")}
        </button>
        <button
          type="button"
          className="button danger"
          disabled={busy}
          onClick={() => void withdraw()}
        >
          {say("observations.withdraw")}
        </button>
      </div>
    </Dialog>
  );
}

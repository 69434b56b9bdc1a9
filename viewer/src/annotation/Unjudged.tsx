import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "../shell/Dialog";
import { useWords } from "../words";

/** Asks why a case cannot be judged. */
export function Unjudged(props: {
  close: () => void;
  first: string;
  keep: (reason: string) => Promise<void>;
}): ReactNode {
  const { say } = useWords();
  const [reason, setReason] = useState(props.first);
  function keep(event: FormEvent) {
    event.preventDefault();
    props.close();
    void props.keep(reason);
  }
  return (
    <Dialog title={say("annotation.unjudged.why")} close={props.close} steady>
      <form onSubmit={keep}>
        <label className="field">
          <span>{say("annotation.unjudged.why")}</span>
          <textarea
            className="input"
            required
            rows={3}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <div className="dialog-acts">
          <button type="button" className="button" onClick={props.close}>
            {say("shell.cancel")}
          </button>
          <button type="submit" className="button primary">
            {say("annotation.unjudged.keep")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

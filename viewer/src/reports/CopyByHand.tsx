import { type ReactNode, useEffect, useRef } from "react";
import { Dialog } from "../shell/Dialog";
import { useWords } from "../words";

/** A text that is selected to be copied, where the browser keeps the clipboard to itself. */
export function CopyByHand({ text, close }: { text: string; close: () => void }): ReactNode {
  const { say } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <Dialog title={say("reports.copy.byHand")} close={close}>
      <div className="report-wide-dialog report-by-hand">
        <p className="hint">{say("reports.copy.how")}</p>
        <textarea
          ref={field}
          className="input"
          aria-label={say("reports.copy.text")}
          readOnly
          rows={18}
          value={text}
        />
      </div>
    </Dialog>
  );
}

import { type ReactNode, useEffect, useId, useRef } from "react";
import { useWords } from "../words";
import "./dialog.css";

/** A page above the page; Escape and a click beside it close it. */
export function Dialog({
  title,
  close,
  steady = false,
  children,
}: {
  title: string;
  close: () => void;
  /** A click beside it leaves it open, as what it shows is gone with it. */
  steady?: boolean;
  children: ReactNode;
}): ReactNode {
  const { say } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  useEffect(() => {
    // A click beside the dialog falls on the dialog itself, as its inside fills it.
    const shown = dialog.current;
    const beside = (event: MouseEvent) => {
      if (event.target === shown && !steady) close();
    };
    shown?.addEventListener("click", beside);
    return () => shown?.removeEventListener("click", beside);
  }, [close, steady]);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <div className="dialog-inside">
        <header>
          <h2 id={heading}>{title}</h2>
          <button type="button" className="button plain" onClick={close}>
            {say("shell.close")}
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

import type { ReactNode } from "react";
import { useWords } from "../words";
import "./waiting.css";

/** A quiet sign that something is on its way. */
export function Waiting(): ReactNode {
  const { say } = useWords();
  return (
    <div className="waiting" role="status">
      <span className="unseen">{say("shell.loading")}</span>
      <span className="waiting-line" aria-hidden="true" />
    </div>
  );
}

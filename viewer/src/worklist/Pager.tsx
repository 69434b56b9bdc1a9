import type { ReactNode } from "react";
import { useWords } from "../words";

/** The way to the pages before and after. */
export function Pager(props: {
  page: number;
  previous: (() => void) | undefined;
  next: (() => void) | undefined;
}): ReactNode {
  const { say, number } = useWords();
  if (!props.previous && !props.next) return null;
  return (
    <nav className="pager" aria-label={say("worklist.pages")}>
      <button
        type="button"
        className="button"
        disabled={!props.previous}
        onClick={props.previous}
      >
        {say("worklist.previous")} <kbd aria-hidden="true">[</kbd>
      </button>
      <span>{say("worklist.page", { n: number(props.page) })}</span>
      <button type="button" className="button" disabled={!props.next} onClick={props.next}>
        {say("worklist.next")} <kbd aria-hidden="true">]</kbd>
      </button>
    </nav>
  );
}

import type { ReactNode } from "react";
import type { Worklist } from "../api/types";
import { useWords } from "../words";
import { Exports } from "./ExportTable";

/** The list's name, how many studies it has, and whether it is live. */
export function Head(props: {
  list: Worklist | undefined;
  live: boolean;
  help: () => void;
}): ReactNode {
  const { say, count, number } = useWords();
  const { list, live } = props;
  let total = "";
  if (list?.total_is_floor) total = say("worklist.count.more", { n: number(list.total) });
  else if (list) total = count("worklist.count", list.total);
  return (
    <div className="worklist-head">
      <h1 id="worklist-title">{say("worklist.title")}</h1>
      <span className="worklist-total" role="status">
        {total}
      </span>
      <span
        className={live ? "worklist-live" : "worklist-live off"}
        title={say(live ? "worklist.live.on" : "worklist.live.off")}
      >
        {say(live ? "worklist.live" : "worklist.live.off")}
      </span>
      <span className="worklist-export">
        <Exports />
      </span>
      <button type="button" className="button plain worklist-help-open" onClick={props.help}>
        <kbd aria-hidden="true">?</kbd>
        <span>{say("worklist.help")}</span>
      </button>
    </div>
  );
}

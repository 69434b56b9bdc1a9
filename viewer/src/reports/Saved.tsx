import type { ReactNode } from "react";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import type { Kept } from "./keeper";
import { toSave } from "./merging";

/** Whether what was typed is saved, and since when. */
export function Saved({ kept, again }: { kept: Kept; again: () => void }): ReactNode {
  const { say } = useWords();
  return (
    <div className="report-saved">
      <p role="status" className={kept.problem === undefined ? "" : "report-unsaved"}>
        <Said kept={kept} />
      </p>
      {kept.problem === undefined ? null : (
        <details>
          <summary>{say("reports.save.why")}</summary>
          <Failure problem={kept.problem} />
        </details>
      )}
      {Object.keys(toSave(kept)).length && !kept.saving ? (
        <button type="button" className="button plain" onClick={again}>
          {say("reports.save.again")}
        </button>
      ) : null}
    </div>
  );
}

function Said({ kept }: { kept: Kept }): ReactNode {
  const { say, moment } = useWords();
  if (kept.saving) return say("reports.save.now");
  if (kept.problem !== undefined) return say("reports.save.failed");
  if (Object.keys(kept.theirs).length) return say("reports.save.choose");
  if (Object.keys(kept.mine).length) return say("reports.save.waiting");
  if (kept.savedAt === null) return say("reports.save.none");
  return say("reports.save.done", { when: moment(kept.savedAt) });
}

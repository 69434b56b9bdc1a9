import { type ReactNode, useState } from "react";
import type { ReportEntry } from "../api/types";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { FreshFilling } from "./FreshFilling";
import type { DraftKeeper } from "./keeper";

/** Says that findings changed since, and shows what a fresh filling would say. */
export function Stale({ draft, report }: { draft: DraftKeeper; report: ReportEntry }): ReactNode {
  const { say } = useWords();
  const toasts = useToasts();
  const [shown, setShown] = useState(false);
  async function show() {
    try {
      await draft.save();
      setShown(true);
    } catch (problem) {
      toasts.fail(problem);
    }
  }
  return (
    <div className="report-notice" role="status">
      <p>{say("reports.stale")}</p>
      <button type="button" className="button" onClick={() => void show()}>
        {say("reports.stale.show")}
      </button>
      {shown ? (
        <FreshFilling draft={draft} report={report} close={() => setShown(false)} />
      ) : null}
    </div>
  );
}

import type { ReactNode } from "react";
import type { ReportEntry } from "../api/types";
import { useWords } from "../words";
import { Acts } from "./Acts";
import { WholeText, Watermark } from "./Sections";

/** A draft as those see it who do not write reports. */
export function ReadOnlyDraft({ report }: { report: ReportEntry }): ReactNode {
  return (
    <div className="report-draft">
      <Watermark />
      <DraftMark report={report} />
      <Acts report={report} />
      <WholeText report={report} />
    </div>
  );
}

/** That it is a draft, and whose. */
export function DraftMark({ report }: { report: ReportEntry }): ReactNode {
  const { say, name, moment } = useWords();
  return (
    <div className="report-mark">
      <p>
        <strong>{say("reports.draft")}</strong> {say("reports.draft.note")}{" "}
        <span className="tag plain">{name("reports.language", report.language)}</span>
      </p>
      {report.changed_by ? (
        <p className="hint">
          {say("reports.changedBy", { name: report.changed_by, when: moment(report.changed_at) })}
        </p>
      ) : null}
    </div>
  );
}

import { Fragment, type ReactNode } from "react";
import type { ReportEntry, Section } from "../api/types";
import { useWords } from "../words";

/** A text as its lines; what is empty says so. */
export function Lines({ text, marked }: { text: string; marked?: ReadonlySet<string> }): ReactNode {
  const { say, language } = useWords();
  const lines = text.split("\n").filter((line) => line.trim());
  if (lines.length === 0) {
    return (
      <p className="report-empty" lang={language}>
        {say("reports.empty")}
      </p>
    );
  }
  return lines.map((line, at) => (
    // oxlint-disable-next-line react/no-array-index-key -- lines have no other name
    <p key={at}>{marked?.has(line) ? <mark>{line}</mark> : line}</p>
  ));
}

/** A section that nobody edits here. */
export function PlainSection({ section }: { section: Section }): ReactNode {
  const { say, language } = useWords();
  return (
    <section className={section.fixed ? "report-section report-fixed" : "report-section"}>
      <h3>
        {section.title}
        {section.fixed ? (
          <span className="tag plain" lang={language} title={say("reports.fixed.why")}>
            {say("reports.fixed")}
          </span>
        ) : null}
      </h3>
      <Lines text={section.text} />
    </section>
  );
}

/** The whole text of a report, in its language. */
export function WholeText({ report }: { report: ReportEntry }): ReactNode {
  return (
    <div className="report-whole" lang={report.language}>
      {report.sections.map((section) => (
        <Fragment key={section.name}>
          <PlainSection section={section} />
        </Fragment>
      ))}
    </div>
  );
}

/** Says across the page that it is not signed; the words beside it say so too. */
export function Watermark(): ReactNode {
  const { say } = useWords();
  return (
    <div className="report-watermark" aria-hidden="true">
      {Array.from({ length: MARKS }, (_, at) => (
        <span key={at}>{say("reports.draft")}</span>
      ))}
    </div>
  );
}

const MARKS = 12;

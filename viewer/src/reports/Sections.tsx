import { Fragment, type ReactNode } from "react";
import type { ReportEntry, Section } from "../api/types";
import { useWords } from "../words";
import { compared } from "./comparing";

/** A text as its lines; what is empty says so. Beside another text, what differs is marked. */
export function Lines({ text, beside = text }: { text: string; beside?: string }): ReactNode {
  const { say, language } = useWords();
  if (!text.trim()) {
    return (
      <p className="report-empty" lang={language}>
        {say("reports.empty")}
      </p>
    );
  }
  return numbered(compared(text, beside)).map(({ nth, it: pieces }) => (
    <p key={nth}>
      {numbered(pieces).map(({ nth: at, it: piece }) =>
        piece.differs ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>,
      )}
    </p>
  ));
}

/** Things with their places, which is all the name that they have. */
function numbered<T>(things: readonly T[]): { nth: number; it: T }[] {
  return things.map((it, nth) => ({ nth, it }));
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

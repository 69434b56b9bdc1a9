import type { ReactNode } from "react";
import type { ReportEntry } from "../api/types";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { Acts, copied } from "./Acts";
import { AddendumForm } from "./AddendumForm";
import { Lines, WholeText } from "./Sections";

/** A report that was signed: it stays as it is, and can be added to. */
export function SignedView(props: {
  report: ReportEntry;
  take: (report: ReportEntry) => void;
  writes: boolean;
}): ReactNode {
  const { report, take, writes } = props;
  const { say } = useWords();
  return (
    <div className="report-signed">
      <SignedMark report={report} />
      {report.stale ? <p className="report-notice">{say("reports.stale.signed")}</p> : null}
      <Acts report={report} />
      <WholeText report={report} />
      <Addenda report={report} />
      {writes ? <AddendumForm report={report} take={take} /> : null}
    </div>
  );
}

const SHORT = 12;

function SignedMark({ report }: { report: ReportEntry }): ReactNode {
  const { say, name, moment } = useWords();
  const when = moment(report.signed_at ?? "");
  return (
    <div className="report-mark report-mark-signed">
      <p>
        <strong>
          {report.signed_name
            ? say("reports.signed.by", { name: report.signed_name, when })
            : say("reports.signed.when", { when })}
        </strong>{" "}
        <span className="tag plain">{name("reports.language", report.language)}</span>
      </p>
      <p className="hint">{say("reports.signed.never")}</p>
      {report.sha256 ? <Hash sha256={report.sha256} /> : null}
    </div>
  );
}

function Hash({ sha256 }: { sha256: string }): ReactNode {
  const { say } = useWords();
  const toasts = useToasts();
  const short = sha256.slice(0, SHORT);
  async function copy() {
    toasts.tell((await copied(sha256)) ? say("reports.copied") : sha256);
  }
  return (
    <button
      type="button"
      className="report-hash"
      title={sha256}
      aria-label={`${say("reports.hash", { short })}. ${say("reports.hash.copy")}`}
      onClick={() => void copy()}
    >
      {say("reports.hash", { short: `${short}…` })} <u>{say("reports.hash.short")}</u>
    </button>
  );
}

function Addenda({ report }: { report: ReportEntry }): ReactNode {
  const { say, moment } = useWords();
  if (report.addenda.length === 0) return null;
  return (
    <section aria-label={say("reports.addenda")} className="report-addenda">
      {report.addenda.map((one) => (
        <section key={one.id} className="report-addendum">
          <h3>
            {one.signed_name
              ? say("reports.addendum.by", { name: one.signed_name, when: moment(one.signed_at) })
              : say("reports.addendum.when", { when: moment(one.signed_at) })}
          </h3>
          <div lang={report.language}>
            <Lines text={one.text} />
          </div>
        </section>
      ))}
    </section>
  );
}

import { type ReactNode, useCallback, useEffect, useState } from "react";
import { useApi } from "../api/context";
import { useLoaded } from "../api/loaded";
import type { ReportEntry, StudyDetail } from "../api/types";
import { useSession } from "../session/session";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { askReports } from "./ask";
import { BeginReport } from "./BeginReport";
import { DraftView } from "./DraftView";
import { ReadOnlyDraft } from "./ReadOnlyDraft";
import { SignedView } from "./SignedView";
import "./reports.css";

/** The side of the page, as far as the report's panel makes it wider to write in. */
export interface Widening {
  wide: boolean;
  setWide: (wide: boolean) => void;
}

/** The reports of a study beside its images: begun, written, signed, added to. */
export function ReportPanel({
  detail,
  side,
  again,
}: {
  detail: StudyDetail;
  side?: Widening;
  /** Asks for the study anew. */
  again?: () => void;
}): ReactNode {
  const { say } = useWords();
  const { reports, problem, reload, take } = useReports(detail);
  const { may } = useSession();
  const [chosen, choose] = useState<number | null>(null);
  const signed = reports?.some(({ state }) => state === "signed") ?? false;
  const behind = signed && detail.study.state !== "signed";
  // Whoever signed sees it on the whole page at once, and also while no changes arrive by themselves.
  useEffect(() => {
    if (behind) again?.();
  }, [behind, again]);
  if (!reports) {
    return problem ? <Failure problem={problem} again={reload} /> : <Waiting />;
  }
  const shown = reports.find(({ id }) => id === chosen) ?? firstOf(reports);
  const writes = may(PERMISSIONS.sign);
  const begun = (report: ReportEntry) => {
    take(report);
    choose(report.id);
  };
  return (
    <section className="reports" aria-label={say("reports.title")}>
      <header className="reports-head">
        <h2>{say("reports.title")}</h2>
        {side ? <WideButton {...side} /> : null}
      </header>
      <Choice reports={reports} shown={shown} choose={choose} />
      {may(PERMISSIONS.identity) ? null : <p className="hint">{say("reports.withheld")}</p>}
      {shown ? (
        <Shown key={shown.id} {...{ detail, report: shown, take, writes }} />
      ) : (
        <p className="reports-none">{say("reports.none")}</p>
      )}
      {writes && !signed ? <BeginReport {...{ detail, begun, another: !!shown }} /> : null}
      {writes ? null : <p className="hint">{say("reports.readOnly")}</p>}
    </section>
  );
}

function Shown(props: {
  detail: StudyDetail;
  report: ReportEntry;
  take: (report: ReportEntry) => void;
  writes: boolean;
}): ReactNode {
  const { writes, ...rest } = props;
  if (writes) return <DraftView {...rest} />;
  return props.report.state === "signed" ? (
    <SignedView report={props.report} take={props.take} writes={false} />
  ) : (
    <ReadOnlyDraft report={props.report} />
  );
}

/** The signed report comes first, else the draft that was begun last. */
function firstOf(reports: readonly ReportEntry[]): ReportEntry | undefined {
  return reports.find(({ state }) => state === "signed") ?? reports[0];
}

/** The reports of a study, asked for again with each revision of it. */
function useReports(detail: StudyDetail) {
  const api = useApi();
  const { id, revision } = detail.study;
  const ask = useCallback((signal: AbortSignal) => askReports(api, id, signal), [api, id]);
  const { data, problem, reload } = useLoaded(ask);
  const [asked, setAsked] = useState(revision);
  useEffect(() => {
    if (asked === revision) return;
    setAsked(revision);
    reload();
  }, [asked, revision, reload]);
  // What an act gave is shown at once, and the list that is asked for after it says the same.
  const [taken, setTaken] = useState<ReportEntry[]>([]);
  const take = useCallback(
    (report: ReportEntry) =>
      setTaken((before) => [...before.filter((one) => one.id !== report.id), report]),
    [],
  );
  return { reports: data ? together(data, taken) : undefined, problem, reload, take };
}

/** The latest edition of each report, the report that was begun last first. */
export function together(
  listed: readonly ReportEntry[],
  taken: readonly ReportEntry[],
): ReportEntry[] {
  const newest = new Map(listed.map((report) => [report.id, report]));
  for (const report of taken) {
    const known = newest.get(report.id);
    if (!known || isNewer(report, known)) newest.set(report.id, report);
  }
  return [...newest.values()].toSorted((one, other) => other.id - one.id);
}

function isNewer(report: ReportEntry, known: ReportEntry): boolean {
  if (report.state !== known.state) return report.state === "signed";
  if (report.edition !== known.edition) return report.edition > known.edition;
  return report.addenda.length > known.addenda.length;
}

function Choice(props: {
  reports: readonly ReportEntry[];
  shown: ReportEntry | undefined;
  choose: (id: number) => void;
}): ReactNode {
  const { say, name, moment } = useWords();
  const { reports, shown } = props;
  if (reports.length < 2 || !shown) return null;
  return (
    <label className="field">
      <span>{say("reports.choose")}</span>
      <select
        className="input"
        value={shown.id}
        onChange={(event) => props.choose(Number(event.target.value))}
      >
        {reports.map((report) => {
          const language = name("reports.language", report.language);
          return (
            <option key={report.id} value={report.id}>
              {report.signed_at
                ? say("reports.choice.signed", { when: moment(report.signed_at), language })
                : say("reports.choice.draft", {
                    n: report.id,
                    language,
                    when: moment(report.changed_at),
                  })}
            </option>
          );
        })}
      </select>
    </label>
  );
}

function WideButton({ wide, setWide }: Widening): ReactNode {
  const { say } = useWords();
  return (
    <button
      type="button"
      className="button plain reports-wide"
      aria-pressed={wide}
      title={say("reports.widen.why")}
      onClick={() => setWide(!wide)}
    >
      ⇤ {say("reports.widen")}
    </button>
  );
}

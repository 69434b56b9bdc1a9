import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import type { ObservationEntry, PatientReport, WorklistEntry } from "../api/types";
import { ObservationCard } from "../observations/ObservationCard";
import type { Told } from "../observations/history";
import type { Acts } from "../observations/useObserving";
import { useWords } from "../words";
import { StateOf } from "../worklist/StateOf";
import { type Item, type Kind, KINDS } from "./timeline";

/** What happened to a patient, the latest first, of the kinds that are wanted. */
export function Timeline(props: {
  items: readonly Item[];
  actsOf: (entry: ObservationEntry) => Acts;
}): ReactNode {
  const { say, number } = useWords();
  const [left, setLeft] = useState<ReadonlySet<Kind>>(new Set());
  const shown = props.items.filter(({ kind }) => !left.has(kind));
  const toggle = (kind: Kind) =>
    setLeft((before) => (before.has(kind) ? without(before, kind) : new Set([...before, kind])));
  return (
    <section className="timeline" aria-labelledby="timeline-title">
      <header>
        <h2 id="timeline-title">{say("patients.time")}</h2>
        <div className="timeline-kinds" role="group" aria-label={say("patients.kinds")}>
          {KINDS.map((kind) => (
            <button
              key={kind}
              type="button"
              className="button"
              aria-pressed={!left.has(kind)}
              onClick={() => toggle(kind)}
            >
              {say(`patients.kinds.${kind}`)}
              <small>{number(props.items.filter((item) => item.kind === kind).length)}</small>
            </button>
          ))}
        </div>
      </header>
      {shown.length === 0 ? <p className="hint">{say("patients.nothing")}</p> : null}
      <ol>
        {shown.map((item) => (
          <li key={item.key} className={`moment moment-${item.kind}`}>
            <Moment item={item} actsOf={props.actsOf} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function without(kinds: ReadonlySet<Kind>, kind: Kind): Set<Kind> {
  return new Set([...kinds].filter((one) => one !== kind));
}

function Moment(props: {
  item: Item;
  actsOf: (entry: ObservationEntry) => Acts;
}): ReactNode {
  const { item } = props;
  if (item.kind === "study") return <StudyMoment study={item.study} />;
  if (item.kind === "report") return <ReportMoment report={item.report} study={item.study} />;
  return <ObservationMoment told={item.told} acts={props.actsOf(item.told.entry)} />;
}

function Day({ children, kind }: { children: string; kind: Kind }): ReactNode {
  const { say } = useWords();
  return (
    <p className="moment-day">
      <span>{children}</span>
      <span className="moment-kind">{say(`patients.kind.${kind}`)}</span>
    </p>
  );
}

function StudyMoment({ study }: { study: WorklistEntry }): ReactNode {
  const { say, name, count, date, moment } = useWords();
  const anatomy = study.anatomy ? name("anatomy", study.anatomy) : say("worklist.unknownAnatomy");
  const analysed = study.state === "read" || study.state === "signed" || study.finding_count > 0;
  const facts = [
    study.description ? anatomy : "",
    study.modalities.join(", "),
    study.accession,
    analysed ? count("worklist.findings", study.finding_count) : "",
  ];
  const day = study.study_date
    ? date(study.study_date)
    : say("study.received", { when: moment(study.received_at) });
  return (
    <>
      <Day kind="study">{day}</Day>
      <div className="moment-what">
        <h3>
          <Link to={`/studies/${study.id}`}>{study.description || anatomy}</Link>
        </h3>
        <StateOf study={study} />
        {study.simulated ? <span className="tag">{say("worklist.simulated")}</span> : null}
        <p className="hint">{facts.filter(Boolean).join(" · ")}</p>
      </div>
    </>
  );
}

function ReportMoment(props: {
  report: PatientReport;
  study: WorklistEntry | undefined;
}): ReactNode {
  const { say, count, date, moment } = useWords();
  const { report, study } = props;
  const when = moment(report.at);
  const word = report.state === "signed" ? "patients.report.signed" : "patients.report.draft";
  const facts = [
    report.by ? say(`${word}.by`, { name: report.by, when }) : when,
    study?.description ?? "",
    report.addenda ? count("patients.addenda", report.addenda) : "",
  ];
  return (
    <>
      <Day kind="report">{date(report.at)}</Day>
      <div className="moment-what">
        <h3>
          <Link to={`/studies/${report.study}?tab=report`}>{say(word)}</Link>
        </h3>
        <p className="hint">{facts.filter(Boolean).join(" · ")}</p>
      </div>
    </>
  );
}

function ObservationMoment({ told, acts }: { told: Told; acts: Acts }): ReactNode {
  const { say, count, date } = useWords();
  const { entry } = told;
  return (
    <>
      <Day kind="observation">
        {entry.observed_on ? date(entry.observed_on) : say("observations.noDay")}
      </Day>
      <details className="moment-what">
        <summary>
          <strong>{entry.form_title}</strong>
          <span className="hint">{gist(entry) || count("observations.answered", 0)}</span>
          {entry.red_flags.length ? (
            <span className="moment-flags">
              ⚑ {say("observations.redFlags")}: {entry.red_flags.join("; ")}
            </span>
          ) : null}
        </summary>
        <ObservationCard told={told} {...acts} />
      </details>
    </>
  );
}

const IN_SHORT = 3;

function gist({ shown, text }: ObservationEntry): string {
  const first = shown.slice(0, IN_SHORT).map(([label, value]) => `${label}: ${value}`);
  const rest = shown.length > IN_SHORT ? ` … (+${shown.length - IN_SHORT})` : "";
  return first.join(" · ") + rest || text.slice(0, 80);
}

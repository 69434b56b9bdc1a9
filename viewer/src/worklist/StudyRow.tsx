import { memo, type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import type { WorklistEntry } from "../api/types";
import { ageAt, personName } from "../shell/person";
import { useWords } from "../words";
import { StateOf } from "./StateOf";

const MINUTE_MS = 60_000;

/** A study of the list. Its link is what the keyboard goes to; a click anywhere opens it. */
export const StudyRow = memo(
  StudyRowOf,
  (before, now) =>
    before.study.id === now.study.id && before.study.revision === now.study.revision,
);

function StudyRowOf({ study }: { study: WorklistEntry }): ReactNode {
  const { say, name, date } = useWords();
  const navigate = useNavigate();
  // Progress moves by itself and needs no flash.
  const changed = useChanged(`${study.state} ${study.priority} ${study.finding_count}`);
  const open = (event: MouseEvent) => {
    // A link does its own work, and text that was marked is to be copied.
    const onLink = event.target instanceof Element && event.target.closest("a");
    if (!onLink && !window.getSelection()?.toString()) void navigate(`/studies/${study.id}`);
  };
  return (
    <tr className={changed ? `study changed-${changed % 2}` : "study"} onClick={open}>
      <td className="column-priority">
        <span className={`priority ${study.priority}`}>{name("priority", study.priority)}</span>
      </td>
      <td className="column-patient">
        <Patient study={study} />
      </td>
      <td className="column-study">
        <span className="study-main">{study.description || anatomyOf(study)}</span>
        <span className="study-less">{less()}</span>
      </td>
      <td className="column-date">
        {study.study_date ? date(study.study_date) : say("worklist.undated")}
      </td>
      <td className="column-received">
        <Ago at={study.received_at} />
      </td>
      <td className="column-source">
        {name("source", study.source)}
        {study.simulated ? <span className="tag">{say("worklist.simulated")}</span> : null}
      </td>
      <td className="column-state">
        <StateOf study={study} />
      </td>
      <td className="column-findings">
        <Findings study={study} />
      </td>
    </tr>
  );

  function anatomyOf({ anatomy }: WorklistEntry): string {
    return anatomy ? name("anatomy", anatomy) : say("worklist.unknownAnatomy");
  }

  function less(): string {
    const anatomy = study.description ? anatomyOf(study) : "";
    return [anatomy, study.modalities.join(", "), study.accession].filter(Boolean).join(" · ");
  }
}

/** How long ago something was; it goes on by itself. */
function Ago({ at }: { at: string }): ReactNode {
  const { ago, moment } = useWords();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), MINUTE_MS);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={moment(at)}>
      {ago(at, Math.max(now, Date.parse(at)))}
    </time>
  );
}

function Patient({ study }: { study: WorklistEntry }): ReactNode {
  const { say } = useWords();
  const { patient } = study;
  const age = ageAt(patient.birth_date, study.study_date);
  const shown = personName(patient.name) || say("worklist.unnamed");
  const about = [
    patient.pseudonymous ? say("worklist.pseudonymous") : patient.identifier,
    patient.sex,
    age === null ? "" : say("worklist.years", { n: age }),
  ];
  return (
    <>
      <Link to={`/studies/${study.id}`} className="study-main">
        {shown}
      </Link>
      <span className="study-less">
        {about.filter(Boolean).join(" · ")}{" "}
        <Link
          to={`/patients/${patient.id}`}
          className="study-patient"
          aria-label={say("patients.open", { name: shown })}
        >
          {say("patients.short")}
        </Link>
      </span>
    </>
  );
}

function Findings({ study }: { study: WorklistEntry }): ReactNode {
  const { say, count, number } = useWords();
  const analysed = study.state === "read" || study.state === "signed" || study.finding_count > 0;
  if (!analysed) {
    return (
      <span className="study-less" title={say("worklist.findings.none")}>
        <span aria-hidden="true">–</span>
        <span className="unseen">{say("worklist.findings.none")}</span>
      </span>
    );
  }
  return (
    <span title={count("worklist.findings", study.finding_count)}>
      {number(study.finding_count)}
    </span>
  );
}

/** Counts how often a study changed while it was shown, so that each change is shown once. */
function useChanged(what: string): number {
  const [times, setTimes] = useState(0);
  const seen = useRef(what);
  useEffect(() => {
    if (seen.current === what) return;
    seen.current = what;
    setTimes((before) => before + 1);
  }, [what]);
  return times;
}

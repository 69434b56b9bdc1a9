import type { ReactNode } from "react";
import { Link } from "react-router";
import type { StudyDetail, WorklistEntry } from "../api/types";
import { exclusionText } from "../findings/exclusions";
import { personName } from "../shell/person";
import { useTrail } from "../shell/trail";
import { useWords } from "../words";
import { AnalyseAgain } from "./AnalyseAgain";
import { ExportDicom } from "./ExportDicom";
import { FetchPriors } from "./FetchPriors";

/** Whose study it is, what it is, and the studies before it. */
export function StudyHeader({
  detail,
  beside,
  shownBeside,
}: {
  detail: StudyDetail;
  beside: (study: number) => void;
  shownBeside: ReadonlySet<number>;
}): ReactNode {
  const { say, date, moment, language } = useWords();
  const { worklist } = useTrail();
  const { study, exclusions } = detail;
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const facts = [
    study.study_date ? date(study.study_date) : say("study.received", { when: moment(study.received_at) }),
    study.description,
    study.modalities.join(", "),
    study.accession ? say("study.accession", { number: study.accession }) : "",
  ];
  return (
    <header className="study-header">
      <Link to={worklist} className="study-back">
        ← {say("study.back")}
      </Link>
      <div className="study-who">
        <h1>{personName(study.patient.name) || study.patient.identifier}</h1>
        <PatientFacts detail={detail} />
        <Link
          to={`/patients/${study.patient.id}`}
          aria-label={say("patients.open", { name: personName(study.patient.name) })}
        >
          {say("patients.short")}
        </Link>
      </div>
      <p className="study-what">{facts.filter(Boolean).join(" · ")}</p>
      <div className="study-marks">
        <span className={`study-state study-state-${study.state}`}>
          {say(`state.${study.state}`)}
          {study.progress ? ` ${progressText(study.progress)}` : ""}
        </span>
        {study.simulated ? <span className="badge-simulated">{say("study.simulated")}</span> : null}
        {exclusions?.length ? (
          <span className="study-excluded">
            {say("study.exclusions")}:{" "}
            {list.format(exclusions.map((code) => exclusionText(code, say)))}
          </span>
        ) : null}
        {exclusions === null ? (
          <span className="study-unasked">{say("study.exclusions.unasked")}</span>
        ) : null}
        {study.reason ? <span className="study-excluded">{study.reason.text}</span> : null}
        <AnalyseAgain detail={detail} />
        <ExportDicom study={study.id} />
      </div>
      <Priors priors={detail.priors} beside={beside} shown={shownBeside} />
      <FetchPriors detail={detail} />
    </header>
  );
}

function progressText({ done, total }: NonNullable<WorklistEntry["progress"]>): string {
  return total ? `${done}/${total}` : "";
}

function PatientFacts({ detail }: { detail: StudyDetail }): ReactNode {
  const { say, date } = useWords();
  const { patient } = detail.study;
  const facts = [
    patient.name ? patient.identifier : "",
    patient.sex ?? "",
    patient.birth_date ? say("study.born", { date: date(patient.birth_date) }) : "",
    patient.pseudonymous ? say("study.pseudonymous") : "",
  ];
  return <p>{facts.filter(Boolean).join(" · ")}</p>;
}

function Priors({
  priors,
  beside,
  shown,
}: {
  priors: readonly WorklistEntry[];
  beside: (study: number) => void;
  shown: ReadonlySet<number>;
}): ReactNode {
  const { say, date } = useWords();
  if (priors.length === 0) return <p className="priors-none">{say("study.priors.none")}</p>;
  return (
    <details className="priors">
      <summary>
        {say("study.priors")} ({priors.length})
      </summary>
      <ul>
        {priors.map((prior) => (
          <li key={prior.id}>
            <Link to={`/studies/${prior.id}`}>
              {date(prior.study_date ?? prior.received_at)} · {prior.description}
            </Link>
            <button
              type="button"
              className="button plain"
              disabled={shown.has(prior.id)}
              onClick={() => beside(prior.id)}
            >
              {say("study.beside")}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

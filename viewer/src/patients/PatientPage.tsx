import { type ReactNode, useCallback } from "react";
import { Link, useParams } from "react-router";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import { useLive } from "../api/useLive";
import type { PatientStudies } from "../api/types";
import { historyOf } from "../observations/history";
import { RedFlags } from "../observations/RedFlags";
import { useForms, useObservations } from "../observations/useObservations";
import { useObserving } from "../observations/useObserving";
import { Withdrawn } from "../observations/Withdrawn";
import { Failure } from "../shell/Failure";
import { useTrail } from "../shell/trail";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { Charts } from "./Charts";
import { PatientHeader } from "./PatientHeader";
import { Timeline } from "./Timeline";
import { timelineOf } from "./timeline";
import "./patients.css";

/** A patient in time: studies, reports, observations, and how what was measured went. */
export function PatientPage(): ReactNode {
  const { id } = useParams();
  const patient = Number(id);
  const { client } = useApi();
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => {
        const params = { path: { patient_id: patient } };
        return answer(client.GET("/api/v1/patients/{patient_id}", { params, signal }));
      },
      [client, patient],
    ),
  );
  const observed = useObservations(patient);
  useLive((changed) => {
    if (changed && !loaded.data?.studies.some((study) => changed.has(study.id))) return;
    loaded.reload();
    observed.reload();
  });
  if (!loaded.data) {
    return (
      <div className="page">
        {loaded.problem ? <Failure problem={loaded.problem} again={loaded.reload} /> : <Waiting />}
      </div>
    );
  }
  return <InTime key={patient} known={loaded.data} observations={observed} />;
}

function InTime(props: {
  known: PatientStudies;
  observations: ReturnType<typeof useObservations>;
}): ReactNode {
  const { say, name, date } = useWords();
  const { worklist } = useTrail();
  const { known, observations } = props;
  const forms = useForms();
  const label = ({ study_date, received_at, description, anatomy }: (typeof known.studies)[number]) =>
    [date(study_date ?? received_at), description || (anatomy ? name("anatomy", anatomy) : "")]
      .filter(Boolean)
      .join(" · ");
  const observing = useObserving({
    patient: known.patient.id,
    anatomy: known.studies[0]?.anatomy ?? null,
    study: null,
    studies: known.studies.map((study) => ({ id: study.id, label: label(study) })),
    observations,
    forms,
  });
  const entries = observations.data ?? [];
  return (
    <div className="page patient">
      <Link to={worklist} className="patient-back">
        ← {say("study.back")}
      </Link>
      <PatientHeader patient={known.patient} />
      <RedFlags observations={observations} />
      {observing.shown}
      {observations.problem === undefined ? null : (
        <Failure problem={observations.problem} again={observations.reload} />
      )}
      <Charts forms={forms.data ?? []} entries={entries} />
      <Timeline items={timelineOf(known, entries)} actsOf={observing.actsOf} />
      {known.total > known.studies.length ? (
        <p className="hint">
          {say("patients.more", { shown: known.studies.length, total: known.total })}
        </p>
      ) : null}
      <Withdrawn told={historyOf(entries).withdrawn} />
    </div>
  );
}

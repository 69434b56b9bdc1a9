import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Loaded } from "../api/loaded";
import type { ObservationEntry, StudyDetail } from "../api/types";
import { useWords } from "../words";
import { Observed } from "./Observed";
import { useForms } from "./useObservations";

/** What clinicians observed of the patient, beside the images of one study. */
export function ObservationsPanel(props: {
  detail: StudyDetail;
  observations: Loaded<ObservationEntry[]>;
}): ReactNode {
  const { say, date } = useWords();
  const { study } = props.detail;
  const forms = useForms();
  const day = date(study.study_date ?? study.received_at);
  return (
    <section className="obs-panel" aria-label={say("observations.title")}>
      <header className="obs-panel-head">
        <h2>{say("observations.title")}</h2>
        <Link to={`/patients/${study.patient.id}`}>{say("observations.inTime")}</Link>
      </header>
      <Observed
        patient={study.patient.id}
        anatomy={study.anatomy}
        study={study.id}
        studies={[{ id: study.id, label: say("observations.beside.this", { day }) }]}
        observations={props.observations}
        forms={forms}
      />
    </section>
  );
}

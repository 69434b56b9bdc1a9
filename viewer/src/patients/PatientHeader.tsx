import type { ReactNode } from "react";
import type { PatientEntry } from "../api/types";
import { today } from "../observations/today";
import { ageAt, personName } from "../shell/person";
import { useWords } from "../words";

/** Whose page it is: name and identifier, or the pseudonym alone. */
export function PatientHeader({ patient }: { patient: PatientEntry }): ReactNode {
  const { say, name, date } = useWords();
  const age = ageAt(patient.birth_date, today());
  const facts = [
    patient.pseudonymous
      ? say("patients.pseudonym")
      : say("patients.identifier", { identifier: patient.identifier }),
    patient.sex ? name("patients.sex", patient.sex) : "",
    patient.birth_date ? say("patients.born", { date: date(patient.birth_date) }) : "",
    age === null ? "" : say("patients.age", { n: age }),
  ];
  return (
    <header className="patient-head">
      <h1>{personName(patient.name) || patient.identifier}</h1>
      <p>{facts.filter(Boolean).join(" · ")}</p>
    </header>
  );
}

import type { ReactNode } from "react";
import { useWords } from "../words";

/** Not built yet. */
export function PatientPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("patients.title")}</h1>
    </div>
  );
}

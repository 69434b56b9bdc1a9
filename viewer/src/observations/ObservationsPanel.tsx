import type { ReactNode } from "react";
import type { StudyDetail } from "../api/types";
import { useWords } from "../words";

/** Not built yet. */
export function ObservationsPanel({ detail }: { detail: StudyDetail }): ReactNode {
  const { say } = useWords();
  return <section aria-label={say("observations.title")} data-study={detail.study.id} />;
}

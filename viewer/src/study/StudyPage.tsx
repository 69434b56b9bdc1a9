import type { ReactNode } from "react";
import { useParams } from "react-router";
import { useWords } from "../words";

/** One study: images, findings and what was not assessed. */
export function StudyPage(): ReactNode {
  const { say } = useWords();
  const { id } = useParams();
  return (
    <div className="page">
      <h1>
        {say("study.title")} {id}
      </h1>
    </div>
  );
}

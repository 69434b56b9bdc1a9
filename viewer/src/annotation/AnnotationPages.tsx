import type { ReactNode } from "react";
import { useWords } from "../words";

/** Not built yet. */
export function AnnotationPages(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("annotation.title")}</h1>
    </div>
  );
}

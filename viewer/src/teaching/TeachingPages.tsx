import type { ReactNode } from "react";
import { useWords } from "../words";

/** Not built yet. */
export function TeachingPages(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("teaching.title")}</h1>
    </div>
  );
}

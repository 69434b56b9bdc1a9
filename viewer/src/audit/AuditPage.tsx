import type { ReactNode } from "react";
import { useWords } from "../words";

/** Not built yet. */
export function AuditPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("audit.title")}</h1>
    </div>
  );
}

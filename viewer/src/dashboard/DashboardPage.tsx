import type { ReactNode } from "react";
import { useWords } from "../words";

/** Not built yet. */
export function DashboardPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("dashboard.title")}</h1>
    </div>
  );
}

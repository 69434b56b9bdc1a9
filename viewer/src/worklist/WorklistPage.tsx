import type { ReactNode } from "react";
import { useWords } from "../words";

export function WorklistPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("shell.worklist")}</h1>
    </div>
  );
}

import type { ReactNode } from "react";
import { useWords } from "../words";

/** Not built yet. */
export function AccountPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("account.title")}</h1>
    </div>
  );
}

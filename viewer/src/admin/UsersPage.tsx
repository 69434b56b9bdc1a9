import type { ReactNode } from "react";
import { useWords } from "../words";

export function UsersPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("shell.users")}</h1>
    </div>
  );
}

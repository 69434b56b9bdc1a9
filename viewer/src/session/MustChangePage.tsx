import type { ReactNode } from "react";
import { useWords } from "../words";
import { Door } from "./LogInPage";
import { PasswordForm } from "./PasswordForm";
import { useSession } from "./session";

/** The page of somebody whose password was chosen by another. */
export function MustChangePage(): ReactNode {
  const { say } = useWords();
  const { refresh } = useSession();
  return (
    <Door>
      <h1>{say("session.change.title")}</h1>
      <p>{say("session.change.why")}</p>
      <PasswordForm old="session.change.old" done={refresh} />
    </Door>
  );
}

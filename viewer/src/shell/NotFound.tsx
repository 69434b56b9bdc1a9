import type { ReactNode } from "react";
import { Link } from "react-router";
import { useSession } from "../session/session";
import { useWords } from "../words";
import { firstPlace } from "./pages";

/** The page of an address that leads nowhere. */
export function NotFound(): ReactNode {
  const { say } = useWords();
  const first = firstPlace(useSession().may);
  return (
    <div className="page">
      <h1>{say("shell.notFound")}</h1>
      <p>
        <Link to={first.path}>{say("shell.outOfReach.on", { page: say(first.word) })}</Link>
      </p>
    </div>
  );
}

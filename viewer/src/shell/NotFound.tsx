import type { ReactNode } from "react";
import { Link } from "react-router";
import { useWords } from "../words";

/** The page of an address that leads nowhere. */
export function NotFound(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("shell.notFound")}</h1>
      <p>
        <Link to="/">{say("shell.toWorklist")}</Link>
      </p>
    </div>
  );
}

import type { ReactNode } from "react";
import { ApiProblem } from "../api/problem";
import type { Problem } from "../api/types";
import { type Say, useWords } from "../words";
import { isPassing, useAgain } from "./useAgain";
import "./failure.css";

/** Any failure as the four parts that a reader is shown. */
export function partsOf(problem: unknown, say: Say): Problem {
  if (problem instanceof ApiProblem && !problem.unreachable) return problem.parts;
  if (problem instanceof ApiProblem) {
    return {
      failed: say("shell.unreachable"),
      found: problem.parts.found,
      needed: say("shell.unreachable.needed"),
      mend: say("shell.unreachable.mend"),
    };
  }
  return {
    failed: say("shell.unknownFailure"),
    found: problem instanceof Error ? problem.message : "",
    needed: "",
    mend: say("shell.unknownFailure.mend"),
  };
}

/**
 * A failure in its four parts, with a way to try again where there is one; what passes by itself,
 * such as a service that starts anew, is tried again by itself too.
 *
 * @param again - Asks once more; it must change nothing.
 */
export function Failure({
  problem,
  again,
}: {
  problem: unknown;
  again?: (() => void) | undefined;
}): ReactNode {
  const { say } = useWords();
  const parts = partsOf(problem, say);
  useAgain(problem, again);
  const rows = [
    ["shell.found", parts.found],
    ["shell.needed", parts.needed],
    ["shell.mend", parts.mend],
  ] as const;
  return (
    <div className="failure" role="alert">
      <p className="failure-what">{parts.failed}</p>
      <dl>
        {rows.map(([word, text]) =>
          text ? (
            <div key={word}>
              <dt>{say(word)}</dt>
              <dd>{text}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {again ? (
        <button type="button" className="button" onClick={again}>
          {say("shell.again")}
        </button>
      ) : null}
      {again && isPassing(problem) ? (
        <p className="failure-again">{say("shell.again.byItself")}</p>
      ) : null}
    </div>
  );
}

import { type ReactNode, useEffect, useRef } from "react";
import { ApiProblem } from "../api/problem";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";

const REFUSED = 403;

/** The field for one's password again, and why the one before was not taken. */
export function Password(props: {
  label: string;
  value: string;
  set: (value: string) => void;
  problem: unknown;
}): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  const { problem } = props;
  useEffect(() => {
    if (problem !== undefined) field.current?.focus();
  }, [problem]);
  return (
    <>
      <label className="field">
        <span>{props.label}</span>
        <input
          ref={field}
          className="input"
          type="password"
          autoComplete="current-password"
          required
          maxLength={200}
          value={props.value}
          onChange={(event) => props.set(event.target.value)}
        />
      </label>
      {problem === undefined ? null : <Refusal problem={problem} />}
    </>
  );
}

/** A password that does not fit and an account that rests are refused in the same way. */
function Refusal({ problem }: { problem: unknown }): ReactNode {
  const { say } = useWords();
  if (!(problem instanceof ApiProblem) || problem.status !== REFUSED) {
    return <Failure problem={problem} />;
  }
  return (
    <div className="failure" role="alert">
      <p className="failure-what">{say("reports.sign.wrong")}</p>
      <p>{say("reports.sign.rest")}</p>
    </div>
  );
}

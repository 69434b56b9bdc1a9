import type { ReactNode } from "react";
import { useWords } from "../words";

export type Scope = "series" | "study";

const SCOPES: Scope[] = ["series", "study"];

/** Whether a case of a list is a series or a whole study. */
export function ScopeChoice(props: {
  name: string;
  scope: Scope;
  set: (scope: Scope) => void;
}): ReactNode {
  const { say } = useWords();
  return (
    <fieldset className="scope">
      <legend>{say("annotation.scope")}</legend>
      {SCOPES.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name={props.name}
            checked={props.scope === one}
            onChange={() => props.set(one)}
          />
          {say(`annotation.scope.${one}`)}
        </label>
      ))}
    </fieldset>
  );
}

import { type ReactNode, useId } from "react";
import type { FormField } from "../../api/types";
import { useWords } from "../../words";
import { type Answer, type Answers, isAnswered, keysOf, sideOf, wayOf } from "../answers";
import { Choices } from "./Choices";
import { Scale } from "./Scale";
import { Typed } from "./Typed";

/** What each control of a field is given. */
export interface ControlProps {
  field: FormField;
  answer: Answer | undefined;
  /** Puts an answer in; `undefined` takes it out. */
  set: (answer: Answer | undefined) => void;
  /** The question, with its side; in words, as a label that is scrolled away names nothing to some. */
  name: string;
  /** Identifiers of what explains it. */
  describedBy: string | undefined;
  invalid: boolean;
}

/** One question, with a control for each side where it is asked for left and right apart. */
export function FieldView(props: {
  field: FormField;
  answers: Answers;
  faults: Readonly<Record<string, string>>;
  /** Whether its help stands at the field above already. */
  helped: boolean;
  set: (key: string, answer: Answer | undefined) => void;
}): ReactNode {
  const { field, answers, faults } = props;
  const { say } = useWords();
  const id = useId();
  const flag = field.red_flag ? say("observations.redFlag") : "";
  const flagged = field.red_flag && answers[field.name] === true;
  return (
    <fieldset className={flagged ? "obs-field obs-flagged" : "obs-field"}>
      <legend>
        {field.label}{" "}
        {flag ? <span className="obs-flag">{flag}</span> : null}
      </legend>
      {field.help ? (
        <p id={`${id}-help`} className={props.helped ? "unseen" : "hint"}>
          {field.help}
        </p>
      ) : null}
      <div className={field.sided ? "obs-sides" : undefined}>
        {keysOf(field).map((key) => {
          const side = sideOf(key);
          const fault = faults[key] ?? "";
          const described = [field.help ? `${id}-help` : "", fault ? `${id}-${key}-fault` : ""];
          return (
            <div key={key} className="obs-control" data-key={key}>
              {field.sided && side ? (
                <span className="obs-side" aria-hidden="true">
                  {say(`observations.${side}`)}
                </span>
              ) : null}
              <Control
                field={field}
                answer={answers[key]}
                set={(answer) => props.set(key, isAnswered(answer) ? answer : undefined)}
                name={[field.label, flag, side ? say(`observations.${side}`) : ""]
                  .filter(Boolean)
                  .join(" ")}
                describedBy={described.filter(Boolean).join(" ") || undefined}
                invalid={fault !== ""}
              />
              {fault ? (
                <p id={`${id}-${key}-fault`} className="obs-fault">
                  {fault}
                </p>
              ) : null}
            </div>
          );
        })}
      </div>
    </fieldset>
  );
}

function Control(props: ControlProps): ReactNode {
  switch (wayOf(props.field)) {
    case "scale":
      return <Scale {...props} />;
    case "grades":
    case "choice":
    case "several":
    case "yes-no":
      return <Choices {...props} />;
    case "typed":
    case "text":
    case "date":
      return <Typed {...props} />;
  }
}

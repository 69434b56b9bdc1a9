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
  /** Identifiers of what names the control, and of what explains it. */
  labelledBy: string;
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
  const flagged = field.red_flag && answers[field.name] === true;
  return (
    <fieldset className={flagged ? "obs-field obs-flagged" : "obs-field"}>
      <legend id={`${id}-label`}>
        {field.label}{" "}
        {field.red_flag ? <span className="obs-flag">{say("observations.redFlag")}</span> : null}
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
                <span id={`${id}-${side}`} className="obs-side">
                  {say(`observations.${side}`)}
                </span>
              ) : null}
              <Control
                field={field}
                answer={answers[key]}
                set={(answer) => props.set(key, isAnswered(answer) ? answer : undefined)}
                labelledBy={field.sided && side ? `${id}-label ${id}-${side}` : `${id}-label`}
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

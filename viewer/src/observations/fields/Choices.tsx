import { type KeyboardEvent, type ReactNode, useId } from "react";
import type { FormField } from "../../api/types";
import { type Say, useWords } from "../../words";
import { type Answer, isAnswered, wayOf } from "../answers";
import type { ControlProps } from "./FieldView";

interface Option {
  value: Answer;
  label: string;
}

/** Answers to choose from: one as radio buttons, several as checkboxes, yes and no with a third. */
export function Choices(props: ControlProps): ReactNode {
  const { field, answer, set } = props;
  const { say } = useWords();
  const group = useId();
  const several = field.kind === "several";
  const chosen = typeof answer === "object" ? answer : [];
  const clear = (event: KeyboardEvent) => {
    if (event.key !== "Delete" && event.key !== "Backspace") return;
    event.preventDefault();
    // The viewer's own Delete takes measurements away.
    event.stopPropagation();
    set(undefined);
  };
  const turn = (value: Answer, on: boolean) => {
    if (!several || typeof value !== "string") return set(value);
    set(on ? [...chosen, value] : chosen.filter((code) => code !== value));
  };
  return (
    <div
      className={wayOf(field) === "grades" ? "obs-chips obs-grades" : "obs-chips"}
      role={several ? "group" : "radiogroup"}
      aria-label={props.name}
      aria-describedby={props.describedBy}
    >
      {optionsOf(field, say).map(({ value, label }) => (
        <Chip
          key={label}
          type={several ? "checkbox" : "radio"}
          name={group}
          label={label}
          on={several ? chosen.includes(String(value)) : answer === value}
          alarm={field.red_flag && value === true}
          turn={(on) => turn(value, on)}
          press={clear}
        />
      ))}
      {several ? null : (
        <Chip
          type="radio"
          name={group}
          label={say("observations.notAsked")}
          on={!isAnswered(answer)}
          quiet
          turn={() => set(undefined)}
          press={clear}
        />
      )}
    </div>
  );
}

function optionsOf(field: FormField, say: Say): Option[] {
  if (field.kind === "yes-no") {
    return [
      { value: true, label: say("observations.yes") },
      { value: false, label: say("observations.no") },
    ];
  }
  if (field.kind !== "whole") return field.choices.map(({ code, label }) => ({ value: code, label }));
  const low = field.low ?? 0;
  const steps = (field.high ?? low) - low;
  return Array.from({ length: steps + 1 }, (_, at) => String(low + at)).map((value) => ({
    value,
    label: value,
  }));
}

function Chip(props: {
  type: "radio" | "checkbox";
  name: string;
  label: string;
  on: boolean;
  turn: (on: boolean) => void;
  press: (event: KeyboardEvent) => void;
  alarm?: boolean;
  quiet?: boolean;
}): ReactNode {
  const kind = ["obs-chip", props.alarm ? "alarm" : "", props.quiet ? "quiet" : ""];
  return (
    <label className={kind.filter(Boolean).join(" ")}>
      <input
        type={props.type}
        name={props.name}
        checked={props.on}
        onChange={(event) => props.turn(event.target.checked)}
        onKeyDown={props.press}
      />
      <span>{props.label}</span>
    </label>
  );
}

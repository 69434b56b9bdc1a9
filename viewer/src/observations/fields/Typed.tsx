import type { ReactNode } from "react";
import { useWords } from "../../words";
import { MOST_TEXT, unitSign } from "../answers";
import type { ControlProps } from "./FieldView";

/** A number with its unit and range, a day, or a text. */
export function Typed(props: ControlProps): ReactNode {
  const { field, answer, set } = props;
  const { number } = useWords();
  const shared = {
    className: "input",
    value: typeof answer === "string" ? answer : "",
    "aria-label": props.name,
    "aria-describedby": props.describedBy,
    "aria-invalid": props.invalid,
  };
  if (field.kind === "text") {
    return (
      <textarea
        {...shared}
        className="input obs-text"
        rows={3}
        maxLength={MOST_TEXT}
        onChange={(event) => set(event.target.value)}
      />
    );
  }
  if (field.kind === "date") {
    return <input {...shared} type="date" onChange={(event) => set(event.target.value)} />;
  }
  const unit = unitSign(field.unit);
  return (
    <span className="obs-number">
      <input
        {...shared}
        inputMode="decimal"
        autoComplete="off"
        onChange={(event) => set(event.target.value)}
      />
      <span className="obs-unit">
        {unit ? `${unit} ` : ""}
        <small>
          ({number(field.low ?? 0)}–{number(field.high ?? 0)})
        </small>
      </span>
    </span>
  );
}

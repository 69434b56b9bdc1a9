import { type ReactNode, useId } from "react";
import type { Form } from "../api/types";
import { useWords } from "../words";
import type { Draft } from "./drafts";
import type { StudyChoice } from "./ObservationForm";
import { today } from "./today";

/** Which form, of which day, beside which study, and what must be known before it is used. */
export function FormHead(props: {
  form: Form;
  forms: readonly Form[];
  studies: readonly StudyChoice[];
  draft: Draft;
  change: (changed: Partial<Draft>) => void;
  dayFault: string;
}): ReactNode {
  const { say } = useWords();
  const { form, draft, change } = props;
  const fault = useId();
  return (
    <div className="obs-head">
      <label className="field">
        <span>{say("observations.form")}</span>
        <select
          className="input"
          value={form.name}
          disabled={props.forms.length < 2}
          onChange={(event) => change({ form: event.target.value })}
        >
          {props.forms.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <div className="field">
        <label>
          <span>{say("observations.day")}</span>
          <input
            type="date"
            className="input"
            max={today()}
            value={draft.observedOn}
            aria-invalid={props.dayFault !== ""}
            aria-describedby={props.dayFault ? fault : undefined}
            onChange={(event) => change({ observedOn: event.target.value })}
          />
        </label>
        {props.dayFault ? (
          <p id={fault} className="obs-fault">
            {props.dayFault}
          </p>
        ) : null}
      </div>
      {props.studies.length ? (
        <label className="field obs-beside">
          <span>{say("observations.beside")}</span>
          <select
            className="input"
            value={draft.study ?? ""}
            onChange={(event) => change({ study: Number(event.target.value) || null })}
          >
            {props.studies.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
            <option value="">{say("observations.beside.none")}</option>
          </select>
        </label>
      ) : null}
      {form.notice ? <p className="obs-notice">{form.notice}</p> : null}
    </div>
  );
}

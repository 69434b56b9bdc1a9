import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { ApiProblem } from "../api/problem";
import type { Form, ObservationEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { type Answers, faultsOf, keysOf, notAskedAnyMore, toldFaults, valuesOf } from "./answers";
import type { Draft } from "./drafts";
import { FormHead } from "./FormHead";
import { Sections } from "./Sections";
import { today } from "./today";
import { useFormKeys } from "./useFormKeys";
import "./form.css";

/** A study that an observation may stand beside. */
export interface StudyChoice {
  id: number;
  label: string;
}

interface FormProps {
  patient: number;
  forms: readonly Form[];
  studies: readonly StudyChoice[];
  /** The observation that this one takes the place of. */
  corrects: ObservationEntry | null;
  draft: Draft;
  change: (draft: Draft) => void;
  saved: () => void;
  discard: () => void;
  close: () => void;
}

/** What was observed, written down by a form. */
export function ObservationForm(props: FormProps): ReactNode {
  const { draft, corrects } = props;
  const { say, count } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const id = useId();
  const box = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [told, setTold] = useState<Record<string, string>>({});
  const form = props.forms.find(({ name }) => name === draft.form) ?? props.forms[0];
  useFormKeys(box, { save: () => void save(), close: props.close });
  useEffect(() => box.current?.querySelector<HTMLElement>("select:enabled, input:enabled")?.focus(), []);
  if (!form) return null;
  const answers: Answers = draft.answers[form.name] ?? {};
  const values = valuesOf(form, answers);
  const answered = Object.keys(values).length;
  const faults = { ...told, ...faultsOf(form, answers, say) };
  const dayFault = wrongDay(draft.observedOn, say) || (told["observed_on"] ?? "");
  const gone = corrects ? notAskedAnyMore(form, corrects.values) : [];

  async function save() {
    if (busy || !form) return;
    if (dayFault || Object.keys(faultsOf(form, answers, say)).length > 0) {
      box.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
      return;
    }
    setBusy(true);
    setProblem(undefined);
    setTold({});
    const body = {
      form: form.name,
      study: draft.study,
      observed_on: draft.observedOn,
      values,
      text: draft.text,
      supersedes: corrects?.id ?? null,
    };
    try {
      const params = { path: { patient_id: props.patient } };
      const path = "/api/v1/patients/{patient_id}/observations";
      await answer(client.POST(path, { params, body }));
      toasts.tell(say("observations.saved"));
      props.saved();
    } catch (failure) {
      const keys = [...form.fields.flatMap(keysOf), "observed_on", "text"];
      if (failure instanceof ApiProblem) setTold(toldFaults(failure.parts.found, keys));
      setProblem(failure);
      setBusy(false);
    }
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  return (
    <form
      ref={box}
      className="obs-form"
      noValidate
      onSubmit={submit}
      aria-labelledby={`${id}-title`}
    >
      <header className="obs-form-head">
        <h2 id={`${id}-title`}>{say(corrects ? "observations.correcting" : "observations.new")}</h2>
        <button type="button" className="button plain" onClick={props.close}>
          {say("shell.close")}
        </button>
      </header>
      {corrects ? <p className="hint">{say("observations.correcting.why")}</p> : null}
      <FormHead
        form={form}
        forms={corrects ? [form] : props.forms}
        studies={props.studies}
        draft={draft}
        change={(changed) => props.change({ ...draft, ...changed })}
        dayFault={dayFault}
      />
      {gone.length ? (
        <p className="obs-warn">{say("observations.gone", { list: gone.join(", ") })}</p>
      ) : null}
      <Sections
        form={form}
        answers={answers}
        faults={faults}
        set={(key, value) => {
          const { [key]: _, ...others } = answers;
          const now = value === undefined ? others : { ...others, [key]: value };
          if (told[key]) setTold(({ [key]: __, ...rest }) => rest);
          props.change({ ...draft, answers: { ...draft.answers, [form.name]: now } });
        }}
      />
      <label className="field obs-free">
        <span>{say("observations.text")}</span>
        <textarea
          className="input obs-text"
          rows={3}
          maxLength={20_000}
          value={draft.text}
          onChange={(event) => props.change({ ...draft, text: event.target.value })}
        />
      </label>
      {problem === undefined ? null : <Failure problem={problem} />}
      <div className="obs-acts">
        <p className="hint" role="status">
          {Object.keys(faults).length
            ? count("observations.faults", Object.keys(faults).length)
            : count("observations.answered", answered)}
        </p>
        <button type="button" className="button plain danger" onClick={props.discard}>
          {say("observations.discard")}
        </button>
        <button
          type="submit"
          className="button primary"
          disabled={busy || (answered === 0 && !draft.text.trim())}
          title="Ctrl+Enter"
        >
          {say("shell.save")}
        </button>
      </div>
    </form>
  );
}

function wrongDay(day: string, say: ReturnType<typeof useWords>["say"]): string {
  if (!day) return say("observations.fault.day");
  return day > today() ? say("observations.fault.future") : "";
}

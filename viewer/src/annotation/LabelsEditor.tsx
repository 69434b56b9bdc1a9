import type { ReactNode } from "react";
import type { NewLabel } from "../api/types";
import { useWords } from "../words";

/** Colours that differ from each other and from tissue. */
export const COLOURS = ["#ff9f40", "#4dc3ff", "#7ddc7d", "#ff6fae", "#f4e04d", "#b48cff"];
const KINDS = ["box", "mask", "case"] as const;

/** A label as it is edited; its answers are a text until they are needed. */
export interface LabelDraft {
  id: number;
  name: string;
  kind: NewLabel["kind"];
  colour: string;
  answers: string;
}

export function newLabel(id: number): LabelDraft {
  return { id, name: "", kind: "box", colour: COLOURS[id % COLOURS.length] ?? "#ff9f40", answers: "" };
}

/** The labels as the service takes them. */
export function asLabels(drafts: readonly LabelDraft[]): NewLabel[] {
  return drafts.map(({ name, kind, colour, answers }) => ({
    name: name.trim(),
    kind,
    colour,
    answers:
      kind === "case"
        ? answers
            .split(",")
            .map((one) => one.trim())
            .filter(Boolean)
        : [],
  }));
}

/** Says what is to be drawn. */
export function LabelsEditor({
  labels,
  set,
}: {
  labels: readonly LabelDraft[];
  set: (labels: LabelDraft[]) => void;
}): ReactNode {
  const { say } = useWords();
  const change = (id: number, part: Partial<LabelDraft>) =>
    set(labels.map((one) => (one.id === id ? { ...one, ...part } : one)));
  return (
    <fieldset className="labels-editor">
      <legend>{say("annotation.labels")}</legend>
      {labels.map((label, at) => (
        <div key={label.id} role="group" aria-label={say("annotation.label.nth", { n: at + 1 })}>
          <LabelFields label={label} change={(part) => change(label.id, part)} />
          <button
            type="button"
            className="button plain"
            disabled={labels.length === 1}
            aria-label={say("annotation.label.remove", { name: label.name || String(at + 1) })}
            onClick={() => set(labels.filter(({ id }) => id !== label.id))}
          >
            ×
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button"
        disabled={labels.length >= 20}
        onClick={() => set([...labels, newLabel(Math.max(...labels.map(({ id }) => id)) + 1)])}
      >
        {say("annotation.label.add")}
      </button>
    </fieldset>
  );
}

function LabelFields({
  label,
  change,
}: {
  label: LabelDraft;
  change: (part: Partial<LabelDraft>) => void;
}): ReactNode {
  const { say } = useWords();
  return (
    <>
      <label className="field">
        <span>{say("annotation.label.name")}</span>
        <input
          className="input"
          required
          maxLength={80}
          value={label.name}
          onChange={(event) => change({ name: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{say("annotation.label.kind")}</span>
        <select
          className="input"
          value={label.kind}
          onChange={(event) =>
            change({ kind: KINDS.find((one) => one === event.target.value) ?? "box" })
          }
        >
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {say(`annotation.kind.${kind}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{say("annotation.label.colour")}</span>
        <input
          type="color"
          value={label.colour}
          onChange={(event) => change({ colour: event.target.value })}
        />
      </label>
      {label.kind === "case" ? (
        <label className="field label-answers">
          <span>{say("annotation.label.answers")}</span>
          <input
            className="input"
            required
            value={label.answers}
            onChange={(event) => change({ answers: event.target.value })}
          />
        </label>
      ) : null}
    </>
  );
}

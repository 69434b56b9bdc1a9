import type { ReactNode } from "react";
import type { AnnotationLabel } from "../api/types";
import { useWords } from "../words";
import type { CaseFrames } from "./CaseImages";
import { slicesOf } from "./marks";
import type { Labelled } from "./useLabels";

/** What is to be drawn and answered, with what was so far. */
export function LabelList({
  labels,
  labelled,
  frames,
}: {
  labels: readonly AnnotationLabel[];
  labelled: Labelled;
  frames: CaseFrames;
}): ReactNode {
  const { say } = useWords();
  return (
    <section aria-label={say("annotation.labels")}>
      <h2>{say("annotation.labels")}</h2>
      <ol className="label-list">
        {labels.map((label, at) => (
          <li key={label.key}>
            {label.kind === "case" ? (
              <Question label={label} number={at + 1} labelled={labelled} />
            ) : (
              <Drawn label={label} number={at + 1} labelled={labelled} frames={frames} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface RowProps {
  label: AnnotationLabel;
  number: number;
  labelled: Labelled;
}

function Drawn({ label, number, labelled, frames }: RowProps & { frames: CaseFrames }): ReactNode {
  const { say, count } = useWords();
  const { marking } = labelled;
  const marks = marking.marks.filter((mark) => mark.label === label.key);
  const slices = [...frames.known.frames.values()].flatMap((known) => slicesOf(marks, known));
  return (
    <button
      type="button"
      className="label-row"
      aria-pressed={marking.label === label.key}
      onClick={() => labelled.choose(label)}
    >
      <Number number={number} />
      <span className="label-swatch" style={{ background: label.colour }} />
      <span>{label.name}</span>
      <span className="label-kind">{say(`annotation.kind.${label.kind}`)}</span>
      {marks.length ? (
        <span className="label-drawn">
          {count("annotation.drawn", marks.length)} ·{" "}
          {count("annotation.on", slices.length, { list: slices.slice(0, 12).join(", ") })}
        </span>
      ) : null}
    </button>
  );
}

function Question({ label, number, labelled }: RowProps): ReactNode {
  const answers = label.answers ?? [];
  return (
    <fieldset className="label-question">
      <legend>
        <Number number={number} />
        <span className="label-swatch" style={{ background: label.colour }} />
        <span>{label.name}</span>
      </legend>
      {answers.map((answer) => (
        <label key={answer}>
          <input
            type="radio"
            name={`answer-${label.key}`}
            checked={labelled.answers[label.key] === answer}
            onChange={() => labelled.answer(label.key, answer)}
          />
          {answer}
        </label>
      ))}
    </fieldset>
  );
}

function Number({ number }: { number: number }): ReactNode {
  const { say } = useWords();
  if (number > 9) return null;
  return <kbd title={say("annotation.label.choose", { key: number })}>{number}</kbd>;
}

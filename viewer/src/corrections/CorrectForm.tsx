import { type ReactNode, useId } from "react";
import type { FindingTerm } from "../api/types";
import type { StandingFinding } from "../findings/standing";
import { MarkToolbar } from "../marking/MarkToolbar";
import { useWords } from "../words";
import { act, termOf } from "./acts";
import { History } from "./History";
import type { Correct } from "./useCorrect";
import { ownValue } from "./words";

/** Grade or call, note, drawing and history of the chosen finding. */
export function CorrectForm({
  finding,
  correct,
}: {
  finding: StandingFinding;
  correct: Correct;
}): ReactNode {
  const { say } = useWords();
  const { drawing, marking, terms, correcting } = correct;
  const term = termOf(finding, terms);
  const drawn = drawing.for === finding.id;
  return (
    <div className="correcting">
      {term?.kind === "grade" ? <Grades {...{ finding, correct, term }} /> : null}
      {term?.kind === "presence" ? <Call {...{ finding, correct }} /> : null}
      <Note {...{ finding, correct }} />
      {drawn ? (
        <div className="correcting-drawing">
          <p className="hint">{say("corrections.drawing")}</p>
          <MarkToolbar marking={marking} />
        </div>
      ) : (
        <div className="correcting-acts">
          {(["outline", "box"] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              className="button small"
              disabled={marking.on}
              onClick={() => drawing.edit(finding, kind)}
            >
              {say(`corrections.${kind}`)}
            </button>
          ))}
        </div>
      )}
      <History
        title="corrections.history"
        entries={entriesOf(finding, correcting.corrections?.corrections ?? [])}
        correct={correct}
      />
    </div>
  );
}

function entriesOf(
  finding: StandingFinding,
  all: NonNullable<Correct["correcting"]["corrections"]>["corrections"],
) {
  const added = finding.read?.added ?? null;
  return added === null
    ? all.filter((one) => one.finding === finding.id)
    : all.filter((one) => one.added === added || one.id === added);
}

function Grades({
  finding,
  correct,
  term,
}: {
  finding: StandingFinding;
  correct: Correct;
  term: FindingTerm;
}): ReactNode {
  const { say, number } = useWords();
  const { read } = finding;
  const stands = read?.state === "rejected" ? null : (read?.value ?? null);
  return (
    <div
      className="grades"
      role="group"
      aria-label={say("corrections.grade", { title: finding.title })}
    >
      {term.grades.map(({ grade, text }, at) => {
        const probability = finding.probabilities?.[at];
        return (
          <button
            key={grade}
            type="button"
            aria-pressed={stands === grade}
            className="grade"
            onClick={() => correct.grade(grade, finding)}
          >
            <b>{grade}</b> <span>{text}</span>{" "}
            <small className={finding.value === grade ? "grade-model" : undefined}>
              {finding.value === grade ? `${say("corrections.model")} ` : ""}
              {probability === undefined ? "" : number(Number(probability.toFixed(2)))}
            </small>
          </button>
        );
      })}
    </div>
  );
}

function Call({ finding, correct }: { finding: StandingFinding; correct: Correct }): ReactNode {
  const { say } = useWords();
  const { read } = finding;
  const stands = read?.state === "rejected" ? null : (read?.value ?? null);
  return (
    <div className="calls" role="group" aria-label={say("corrections.call", { title: finding.title })}>
      {(["positive", "negative"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={stands === (name === "positive")}
          className="grade"
          onClick={() => correct.press(act(name, finding), finding)}
        >
          {say(`corrections.act.${name}`)}{" "}
          {finding.value === (name === "positive") ? (
            <small className="grade-model">{say("corrections.model")}</small>
          ) : null}
        </button>
      ))}
    </div>
  );
}

function Note({ finding, correct }: { finding: StandingFinding; correct: Correct }): ReactNode {
  const { say } = useWords();
  const id = useId();
  const note = correct.noteOf(finding);
  const own = ownValue(finding);
  const unsaid = own !== undefined && note.trim() !== own.note;
  return (
    <div className="correcting-note">
      <label htmlFor={id}>{say("corrections.note")}</label>
      <textarea
        id={id}
        className="input"
        rows={note ? 2 : 1}
        maxLength={2000}
        value={note}
        placeholder={say("corrections.noteHint")}
        onChange={(event) => correct.setNote(finding, event.currentTarget.value)}
      />
      {unsaid ? (
        <button type="button" className="button small" onClick={() => correct.keepNote(finding)}>
          {say("corrections.noteSave")}
        </button>
      ) : null}
    </div>
  );
}

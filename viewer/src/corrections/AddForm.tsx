import { type ReactNode, useEffect, useId, useRef } from "react";
import { MarkToolbar } from "../marking/MarkToolbar";
import { useWords } from "../words";
import { addedFinding, type Draft } from "./draft";
import type { Correct } from "./useCorrect";

/** A form beside the images, so that the finding can be drawn while it is open. */
export function AddForm({ correct, draft }: { correct: Correct; draft: Draft }): ReactNode {
  const { say } = useWords();
  const { terms, setDraft, correcting } = correct;
  const heading = useId();
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  const term = terms.findings.find(({ name }) => name === draft.name);
  const ready = addedFinding(draft, terms.findings);
  const add = async () => {
    if (!ready) return;
    const told = say("corrections.done.add", { title: term?.title ?? "", level: draft.level });
    const statement = { kind: "add" as const, finding_added: ready, note: draft.note.trim() };
    if (await correcting.say([statement], told)) setDraft(null);
  };
  return (
    <form
      className="add-finding"
      aria-labelledby={heading}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <h3 id={heading}>{say("corrections.add")}</h3>
      <label className="field">
        <span>{say("corrections.add.what")}</span>
        <select
          ref={first}
          className="input"
          value={draft.name}
          required
          onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value, value: "" })}
        >
          <option value="">{say("corrections.add.choose")}</option>
          {terms.findings.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <Level {...{ correct, draft }} />
      {term ? <Value {...{ correct, draft }} /> : null}
      <label className="field">
        <span>{say("corrections.note")}</span>
        <textarea
          className="input"
          rows={1}
          maxLength={2000}
          value={draft.note}
          onChange={(event) => setDraft({ ...draft, note: event.currentTarget.value })}
        />
      </label>
      <Drawn {...{ correct, draft }} title={term?.title ?? say("corrections.add")} />
      <div className="dialog-acts">
        <button type="button" className="button plain" onClick={() => setDraft(null)}>
          {say("shell.cancel")}
        </button>
        <button type="submit" className="button primary" disabled={!ready || correcting.busy}>
          {say("corrections.add.act")}
        </button>
      </div>
    </form>
  );
}

interface PartProps {
  correct: Correct;
  draft: Draft;
}

/** The levels of the study's discs first, since one of them is most often meant. */
function Level({ correct, draft }: PartProps): ReactNode {
  const { say } = useWords();
  const { terms, correcting, setDraft } = correct;
  const named = Object.values(correcting.corrections?.levels ?? {}).flatMap(Object.values);
  const here = new Set<string>(named.filter(Boolean));
  const other = terms.levels.filter(({ name }) => !here.has(name));
  const option = (name: string) => (
    <option key={name} value={name}>
      {name}
    </option>
  );
  return (
    <label className="field">
      <span>{say("corrections.add.level")}</span>
      <select
        className="input"
        value={draft.level}
        onChange={(event) => setDraft({ ...draft, level: event.currentTarget.value })}
      >
        <option value="">{say("corrections.add.noLevel")}</option>
        {[...here].map(option)}
        {here.size ? <hr /> : null}
        {other.map(({ name }) => option(name))}
      </select>
    </label>
  );
}

function Value({ correct, draft }: PartProps): ReactNode {
  const { say } = useWords();
  const { terms, setDraft } = correct;
  const term = terms.findings.find(({ name }) => name === draft.name);
  const choices =
    term?.kind === "grade"
      ? term.grades.map(({ grade, text }) => [String(grade), `${grade}: ${text}`] as const)
      : ([
          ["yes", say("corrections.act.positive")],
          ["no", say("corrections.act.negative")],
        ] as const);
  return (
    <fieldset className="add-value">
      <legend>{say("corrections.add.value")}</legend>
      {choices.map(([value, text]) => (
        <label key={value}>
          <input
            type="radio"
            name="value"
            value={value}
            checked={draft.value === value}
            onChange={() => setDraft({ ...draft, value })}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

function Drawn({ correct, draft, title }: PartProps & { title: string }): ReactNode {
  const { say } = useWords();
  const { drawing, marking, setDraft } = correct;
  if (drawing.for === "draft") {
    return (
      <div className="correcting-drawing">
        <p className="hint">{say("corrections.drawing")}</p>
        <MarkToolbar marking={marking} />
      </div>
    );
  }
  const draw = (kind: "box" | "outline") => () =>
    drawing.draw(kind, title, (drawn) => setDraft({ ...draft, drawn }));
  return (
    <div className="correcting-acts">
      <span className="hint">
        {say(draft.drawn ? "corrections.add.drawn" : "corrections.add.notDrawn")}
      </span>
      {draft.drawn ? (
        <button
          type="button"
          className="button small"
          onClick={() => setDraft({ ...draft, drawn: null })}
        >
          {say("corrections.add.clear")}
        </button>
      ) : (
        <>
          <button type="button" className="button small" disabled={marking.on} onClick={draw("box")}>
            {say("corrections.add.drawBox")}
          </button>
          <button
            type="button"
            className="button small"
            disabled={marking.on}
            onClick={draw("outline")}
          >
            {say("corrections.add.drawOutline")}
          </button>
        </>
      )}
    </div>
  );
}

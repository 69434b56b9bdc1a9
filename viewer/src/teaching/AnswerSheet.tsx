import { type ReactNode, useEffect, useEffectEvent, useRef } from "react";
import { useKeys } from "../viewport/keys";
import { useWords } from "../words";
import { byPlace, openItems, questionOf, restNo, valueOfKey } from "./answering";
import type { Answers, Attempt, Item, Question, Value } from "./types";

export interface SheetProps {
  attempt: Attempt;
  answers: Answers;
  set: (answers: Answers) => void;
  submit: () => void;
  busy: boolean;
}

/** What is asked, level by level, answered by pointer or by keys. */
export function AnswerSheet(props: SheetProps): ReactNode {
  const { say } = useWords();
  const { attempt, answers, set, submit, busy } = props;
  const sheet = useRef<HTMLFormElement>(null);
  const open = openItems(attempt.items, answers);
  const rest = restNo(attempt.items, attempt.questions, answers);
  const canRest = Object.keys(rest).length > Object.keys(answers).length;
  const pressed = useEffectEvent((event: KeyboardEvent) => onKey(event, sheet.current, props));
  useEffect(() => {
    const form = sheet.current;
    form?.addEventListener("keydown", pressed);
    return () => form?.removeEventListener("keydown", pressed);
  }, []);
  // From the images, Enter goes to what is still to be answered.
  useKeys({ enter: () => focusItem(sheet.current, open[0] ?? attempt.items[0]) });
  return (
    <form
      ref={sheet}
      className="sheet"
      aria-label={say("teaching.sheet")}
      onSubmit={(event) => {
        event.preventDefault();
        if (!open.length && !busy) submit();
      }}
    >
      {byPlace(attempt.items).map(({ level, items }) => (
        <fieldset key={level ?? ""} className="sheet-place">
          <legend>{level ?? say("teaching.wholeStudy")}</legend>
          {items.map((item) => (
            <Row
              key={item.key}
              item={item}
              question={questionOf(attempt.questions, item)}
              value={answers[item.key]}
              set={(value) => set({ ...answers, [item.key]: value })}
            />
          ))}
        </fieldset>
      ))}
      <div className="sheet-end">
        {canRest ? (
          <button type="button" className="button" onClick={() => set(rest)}>
            {say("teaching.restNo")}
          </button>
        ) : null}
        <p className="hint" role="status">
          {say("teaching.answeredOf", {
            done: attempt.items.length - open.length,
            of: attempt.items.length,
          })}
        </p>
        <button type="submit" className="button primary" disabled={open.length > 0 || busy}>
          {say("teaching.submit")}
        </button>
      </div>
      <p className="hint">{say("teaching.once")}</p>
      <details className="sheet-keys">
        <summary>{say("teaching.keys")}</summary>
        <ul>
          {(["enter", "digits", "yesNo", "unknown", "escape", "submit"] as const).map((key) => (
            <li key={key}>{say(`teaching.keys.${key}`)}</li>
          ))}
        </ul>
      </details>
    </form>
  );
}

function Row(props: {
  item: Item;
  question: Question | undefined;
  value: Value | undefined;
  set: (value: Value) => void;
}): ReactNode {
  const { say } = useWords();
  const { item, question, value, set } = props;
  if (!question) return null;
  const choices = [
    ...question.choices,
    { value: null, label: say("teaching.cannotTell.short"), hint: say("teaching.cannotTell") },
  ];
  return (
    <div
      className={value === undefined ? "sheet-row" : "sheet-row sheet-done"}
      role="radiogroup"
      aria-label={[question.title, item.level].filter(Boolean).join(" ")}
      data-item={item.key}
    >
      <span className="sheet-title">{question.title}</span>
      <span className="sheet-choices">
        {choices.map((choice) => (
          <label key={String(choice.value)} title={choice.hint || undefined}>
            <input
              type="radio"
              className="unseen"
              name={item.key}
              aria-label={choice.value === null ? say("teaching.cannotTell") : choice.label}
              checked={value === choice.value}
              onChange={() => set(choice.value)}
            />
            <span>{choice.label}</span>
          </label>
        ))}
      </span>
    </div>
  );
}

/** Puts the focus on an item: on its answer, else on the first of its choices. */
function focusItem(sheet: HTMLElement | null, item: Item | undefined): void {
  const rows = [...(sheet?.querySelectorAll<HTMLElement>("[data-item]") ?? [])];
  const row = rows.find(({ dataset }) => dataset.item === item?.key);
  const input =
    row?.querySelector<HTMLInputElement>("input:checked") ?? row?.querySelector("input");
  input?.focus();
  row?.scrollIntoView?.({ block: "nearest" });
}

/** Keys of the sheet: an answer, and on to the next; Escape back to the images. */
function onKey(
  event: KeyboardEvent,
  sheet: HTMLElement | null,
  { attempt, answers, set, submit, busy }: SheetProps,
): void {
  const { items, questions } = attempt;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (!openItems(items, answers).length && !busy) submit();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") (document.activeElement as HTMLElement | null)?.blur();
  const row = (event.target as HTMLElement).closest<HTMLElement>("[data-item]");
  const at = items.findIndex(({ key }) => key === row?.dataset.item);
  const item = items[at];
  const question = item && questionOf(questions, item);
  if (!item || !question) return;
  const value = valueOfKey(question, event.key.toLowerCase());
  if (value === undefined && event.key !== "Enter") return;
  event.preventDefault();
  if (value !== undefined) set({ ...answers, [item.key]: value });
  focusItem(sheet, items[at + (event.shiftKey && event.key === "Enter" ? -1 : 1)]);
}

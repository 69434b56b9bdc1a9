import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useWords } from "../../words";
import type { ControlProps } from "./FieldView";

/** Two digits are one number where the second comes as soon as this. */
const TOGETHER_MS = 900;
const MOVES = new Set(["Home", "End", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

/**
 * A slider that starts unset: nothing is on it until somebody puts it somewhere, so that a scale
 * that was not asked is never a zero. Digits set it, Delete takes it back.
 */
export function Scale({ field, answer, set, name, describedBy }: ControlProps): ReactNode {
  const { say } = useWords();
  const typed = useRef({ digits: "", at: 0 });
  const low = field.low ?? 0;
  const high = field.high ?? low;
  const isSet = typeof answer === "string" && answer !== "";
  const put = (value: number) => set(String(Math.min(high, Math.max(low, value))));
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Delete" || event.key === "Backspace") set(undefined);
    else if (/^\d$/.test(event.key)) type(event.key, event.timeStamp);
    else if (!isSet && MOVES.has(event.key)) put(event.key === "End" ? high : low);
    else return;
    event.preventDefault();
    // The viewer has digits of its own.
    event.stopPropagation();
  };
  const type = (digit: string, at: number) => {
    const { digits, at: before } = typed.current;
    const both = at - before < TOGETHER_MS ? Number(digits + digit) : Number.NaN;
    const value = both >= low && both <= high ? both : Number(digit);
    typed.current = { digits: String(value), at };
    if (value >= low && value <= high) put(value);
  };
  const said = isSet ? say("observations.of", { value: answer, high }) : say("observations.notAsked");
  return (
    <div className="obs-scale">
      <input
        type="range"
        className={isSet ? undefined : "obs-unset"}
        min={low}
        max={high}
        step={1}
        value={isSet ? answer : low}
        aria-label={name}
        aria-describedby={describedBy}
        aria-valuetext={said}
        onChange={(event) => set(event.target.value)}
        // A click where the unset thumb lies changes nothing of the element, and is an answer.
        onClick={(event) => set(event.currentTarget.value)}
        onKeyDown={press}
      />
      <output className={isSet ? "obs-value" : "obs-value obs-none"}>
        {isSet ? `${answer} / ${high}` : "–"}
      </output>
      <span className="obs-ends" aria-hidden="true">
        <span>{low}</span>
        <span>{high}</span>
      </span>
      {isSet ? (
        <button
          type="button"
          className="obs-clear"
          aria-label={say("observations.clear")}
          title={say("observations.clear")}
          onClick={() => set(undefined)}
        >
          ×
        </button>
      ) : null}
    </div>
  );
}

import { type ReactNode, useId } from "react";
import type { FindingEntry } from "../api/types";
import { useWords } from "../words";
import { isMoved, MARKS } from "./decision";

const START = 0.5;

/** Moves the probability from which findings are drawn as called, and back to the bundle's own. */
export function ThresholdSlider({
  findings,
  threshold,
  set,
}: {
  findings: readonly FindingEntry[];
  threshold: number | null;
  set: (threshold: number | null) => void;
}): ReactNode {
  const { say, count, number } = useWords();
  const id = useId();
  const value = threshold ?? START;
  const moved = findings.filter((finding) => isMoved(finding, threshold)).length;
  const text = threshold === null ? say("threshold.own") : number(threshold);
  return (
    <div className={threshold === null ? "threshold threshold-idle" : "threshold"}>
      <div className="threshold-head">
        <label htmlFor={id}>{say("threshold.title")}</label>
        {threshold === null ? null : <output htmlFor={id}>{text}</output>}
        <button
          type="button"
          aria-pressed={threshold === null}
          className="threshold-own"
          onClick={() => set(null)}
        >
          {say("threshold.own")}
        </button>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={value}
        list={`${id}-marks`}
        aria-valuetext={text}
        aria-describedby={`${id}-said`}
        onChange={(event) => set(event.currentTarget.valueAsNumber)}
      />
      <datalist id={`${id}-marks`}>
        {MARKS.map((mark) => (
          <option key={mark} value={mark} />
        ))}
      </datalist>
      <div className="threshold-marks">
        {MARKS.map((mark) => (
          <button
            key={mark}
            type="button"
            aria-pressed={threshold === mark}
            style={{ left: `${mark * 100}%` }}
            onClick={() => set(mark)}
          >
            {number(mark)}
          </button>
        ))}
      </div>
      <p id={`${id}-said`} className="threshold-said">
        {say("threshold.drawnOnly")}
        {moved ? ` ${count("threshold.moved", moved)}` : ""}
      </p>
    </div>
  );
}

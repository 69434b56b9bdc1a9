import type { ReactNode } from "react";
import type { Overlays } from "../api/types";
import { useWords, type Word } from "../words";
import { type Shown, toggled } from "./useFindings";

const WORDS: Readonly<Record<string, Word>> = {
  "intervertebral-disc": "viewer.structure.disc",
  vertebra: "viewer.structure.vertebra",
  "spinal-canal": "viewer.structure.canal",
};

const NO_TITLES: readonly { name: string; title: string }[] = [];

/** The structures that a study has outlined, in the order in which they came. */
export function structuresOf(overlays: Overlays): string[] {
  return [...new Set(overlays.structures.map(({ structure }) => structure))];
}

/** Switches the structures' outlines and the levels' names on and off. */
export function DrawnSwitches({
  overlays,
  shown,
  set,
  findings = NO_TITLES,
}: {
  overlays: Overlays;
  /** Their titles name the structures that are findings. */
  findings?: readonly { name: string; title: string }[];
  shown: Shown;
  set: (shown: Shown) => void;
}): ReactNode {
  const { say } = useWords();
  const structures = structuresOf(overlays);
  if (structures.length === 0 && overlays.labels.length === 0) return null;
  const hidden = shown.hiddenStructures;
  const titleOf = (structure: string) =>
    findings.find(({ name }) => name === structure)?.title ?? structure;
  const flip = (structure: string) =>
    set({ ...shown, hiddenStructures: toggled(hidden, structure) });
  return (
    <fieldset className="drawn">
      <legend>{say("viewer.drawn")}</legend>
      {structures.map((structure) => (
        <label key={structure} className={`drawn-choice drawn-${structure}`}>
          <input
            type="checkbox"
            checked={!hidden.has(structure)}
            onChange={() => flip(structure)}
          />
          <span className="drawn-line" aria-hidden="true" />
          {WORDS[structure] ? say(WORDS[structure]) : titleOf(structure)}
        </label>
      ))}
      {overlays.labels.length ? (
        <label className="drawn-choice">
          <input
            type="checkbox"
            checked={shown.labels}
            onChange={(event) => set({ ...shown, labels: event.currentTarget.checked })}
          />
          {say("viewer.labels")}
        </label>
      ) : null}
      {overlays.lines?.length ? (
        <label className="drawn-choice drawn-measures">
          <input
            type="checkbox"
            checked={shown.measures ?? false}
            onChange={(event) => set({ ...shown, measures: event.currentTarget.checked })}
          />
          <span className="drawn-line" aria-hidden="true" />
          {say("viewer.measures")}
        </label>
      ) : null}
    </fieldset>
  );
}

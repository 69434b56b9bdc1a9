import type { ReactNode } from "react";
import type { Overlays } from "../api/types";
import { useWords, type Word } from "../words";

const WORDS: Readonly<Record<string, Word>> = {
  "intervertebral-disc": "viewer.structure.disc",
  vertebra: "viewer.structure.vertebra",
  "spinal-canal": "viewer.structure.canal",
};

/** The structures that a study has outlined, in the order in which they came. */
export function structuresOf(overlays: Overlays): string[] {
  return [...new Set(overlays.structures.map(({ structure }) => structure))];
}

/** Switches the structures' outlines and the levels' names on and off. */
export function DrawnSwitches({
  overlays,
  hidden,
  labels,
  set,
}: {
  overlays: Overlays;
  hidden: ReadonlySet<string>;
  labels: boolean;
  set: (hidden: ReadonlySet<string>, labels: boolean) => void;
}): ReactNode {
  const { say } = useWords();
  const structures = structuresOf(overlays);
  if (structures.length === 0 && overlays.labels.length === 0) return null;
  const flip = (structure: string) => {
    const next = new Set(hidden);
    if (!next.delete(structure)) next.add(structure);
    set(next, labels);
  };
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
          {WORDS[structure] ? say(WORDS[structure]) : structure}
        </label>
      ))}
      {overlays.labels.length ? (
        <label className="drawn-choice">
          <input
            type="checkbox"
            checked={labels}
            onChange={(event) => set(hidden, event.currentTarget.checked)}
          />
          {say("viewer.labels")}
        </label>
      ) : null}
    </fieldset>
  );
}

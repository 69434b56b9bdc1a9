import type { ReactNode } from "react";
import { useWords } from "../words";
import type { OutsideOf } from "./useOutside";

/** Switches all that others outlined on and off, beside the study's own structures. */
export function OutsideSwitch({ outside }: { outside: OutsideOf }): ReactNode {
  const { say } = useWords();
  const drawable = outside.items.filter(({ places }) => places.some((one) => one.outlines.length));
  if (drawable.length === 0) return null;
  return (
    <fieldset className="drawn">
      <legend>{say("outside.title")}</legend>
      <label className="drawn-choice drawn-outside">
        <input
          type="checkbox"
          checked={outside.shown.size > 0}
          onChange={(event) => {
            const all = event.currentTarget.checked ? drawable : outside.items;
            outside.show(
              all.map(({ key }) => key),
              event.currentTarget.checked,
            );
          }}
        />
        <span className="drawn-line" aria-hidden="true" />
        {say("outside.draw")}
      </label>
    </fieldset>
  );
}

import type { ReactNode } from "react";
import { useWords } from "../words";
import type { OutsideOf } from "./useOutside";

/** One structure or finding of others: a click goes to its slice, a switch draws it. */
export function OutsideRow({
  name,
  outside,
  label,
  facts,
  unplaced,
  children = null,
}: {
  /** Its key. */
  name: string;
  outside: OutsideOf;
  label: string;
  facts: readonly string[];
  unplaced: number;
  children?: ReactNode;
}): ReactNode {
  const { say, count } = useWords();
  const item = outside.items.find(({ key }) => key === name);
  const chosen = outside.selected === name;
  const seen = item?.places.length ?? 0;
  const drawable = item?.places.some(({ outlines }) => outlines.length) ?? false;
  return (
    <li className={`outside-row${chosen ? " outside-chosen" : ""}`}>
      <div className="outside-row-head">
        <button
          type="button"
          className="outside-name"
          aria-pressed={chosen}
          disabled={seen === 0}
          onClick={() => outside.select(name)}
        >
          {drawable ? (
            <span className={`outside-tint tint-${item?.tint ?? 0}`} aria-hidden="true" />
          ) : null}
          {label}
        </button>
        {drawable ? (
          <input
            type="checkbox"
            checked={outside.shown.has(name)}
            aria-label={say("outside.drawOne", { label })}
            onChange={(event) => outside.show([name], event.currentTarget.checked)}
          />
        ) : null}
      </div>
      <p className="outside-facts">{facts.filter(Boolean).join(" · ")}</p>
      {unplaced ? (
        <p className="outside-unplaced">{count("outside.unplaced", unplaced)}</p>
      ) : null}
      {children}
    </li>
  );
}

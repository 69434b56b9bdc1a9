import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import "./tabs.css";

/** One of the tabs: its name, and what is under it. */
export interface Tab<T extends string> {
  name: T;
  title: string;
  panel: ReactNode;
}

/** Tabs of which one is open; the others are not built. Arrow keys go from one to the next. */
export function Tabs<T extends string>({
  label,
  tabs,
  open,
  choose,
}: {
  label: string;
  tabs: readonly Tab<T>[];
  open: T;
  choose: (name: T) => void;
}): ReactNode {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    tabs.findIndex(({ name }) => name === open),
  );
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = (at + by + tabs.length) % tabs.length;
    const tab = tabs[next];
    if (!tab) return;
    choose(tab.name);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus();
  };
  return (
    <>
      <div ref={list} className="tabs" role="tablist" aria-label={label}>
        {tabs.map(({ name, title }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={index === at}
            aria-controls={`${id}-panel`}
            tabIndex={index === at ? 0 : -1}
            onClick={() => choose(name)}
            onKeyDown={step}
          >
            {title}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${tabs[at]?.name ?? ""}`}
        className="tab-panel"
      >
        {tabs[at]?.panel}
      </div>
    </>
  );
}

import { type RefObject, useEffect, useRef } from "react";
import { actOf, isWriting } from "./keys";

/** What keys do beside moving. */
export interface KeyActs {
  next: () => void;
  previous: () => void;
  help: () => void;
}

const ROWS = "tr.study a.study-main";

/** Gives a page of studies its keys; which row is marked is where the focus is. */
export function useKeys(page: RefObject<HTMLElement | null>, acts: KeyActs): void {
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const here = page.current;
      if (!here || document.querySelector("dialog[open]")) return;
      if (isWriting(event.target)) return leaveSearch(event, here);
      const links = rowsOf(here);
      const row = links.findIndex((link) => link === document.activeElement);
      const act = actOf(event, { row, rows: links.length });
      if (!act) return;
      event.preventDefault();
      if (act.act === "move") focusRow(links[act.to]);
      else if (act.act === "search") here.querySelector<HTMLElement>("input[type=search]")?.focus();
      else latest.current[act.act]();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [page]);
}

/** Escape, Enter or the arrow down go from the search to the first study. */
function leaveSearch(event: KeyboardEvent, page: HTMLElement): void {
  const field = event.target as HTMLInputElement;
  if (field.type !== "search" || !["Escape", "ArrowDown", "Enter"].includes(event.key)) return;
  if (event.key === "Escape" && field.value) return;
  event.preventDefault();
  const [first] = rowsOf(page);
  if (first) focusRow(first);
  else field.blur();
}

/** The links of the studies that are shown, in their order. */
export function rowsOf(page: HTMLElement | null): HTMLElement[] {
  return [...(page?.querySelectorAll<HTMLElement>(ROWS) ?? [])];
}

/** Marks a study, and has it in view. */
export function focusRow(link: HTMLElement | undefined): void {
  link?.focus({ preventScroll: true });
  link?.closest("tr")?.scrollIntoView({ block: "nearest" });
}

import { useEffect, useEffectEvent } from "react";

/** What keys do, by `event.key` in lower case. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Whether the element takes the key for itself. */
export function takesKeys(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // Above the images, where the same keys scroll a text.
  if (target.closest("dialog")) return true;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) {
    const letters = target.type !== "range" && target.type !== "checkbox";
    return letters || (target.type === "range" && key.length > 1);
  }
  return target instanceof HTMLButtonElement && (key === "enter" || key === " ");
}

/** Keys of the whole page; a field that is written in keeps its own. */
export function useKeys(keys: Keys): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey || takesKeys(event.target, key)) return;
    const act = keys[key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
  useEffect(() => {
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

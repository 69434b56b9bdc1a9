import { useEffect, useEffectEvent, useState } from "react";
import { takesKeys } from "../viewport/keys";
import { pressKey } from "./markKeys";
import type { Marking } from "./marking";

/** The keys of marking, before the viewer's own. */
export function useMarkKeys(marking: Marking): void {
  const { on } = marking;
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (!pressKey(event, marking)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  useEffect(() => {
    if (!on) return;
    window.addEventListener("keydown", pressed, { capture: true });
    return () => window.removeEventListener("keydown", pressed, { capture: true });
  }, [on]);
}

/** Whether Space is held, with which the pointer pans. */
export function useSpace(on: boolean): boolean {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!on) return;
    const down = (event: KeyboardEvent) => {
      if (event.key !== " " || takesKeys(event.target, " ")) return;
      event.preventDefault();
      setHeld(true);
    };
    const up = (event: KeyboardEvent) => event.key === " " && setHeld(false);
    const gone = () => setHeld(false);
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", gone);
    return () => {
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", gone);
      setHeld(false);
    };
  }, [on]);
  return held;
}

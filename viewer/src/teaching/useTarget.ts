import { type Dispatch, useEffect, useRef, useState } from "react";
import type { FramesBySeries, PanesAct } from "../viewport/panes";
import type { Target } from "../viewport/Viewer";
import { placesIn, type Seen } from "./evidence";

/** Brings the places of what is to be seen into the panes, each time that something is chosen. */
export function useTarget(
  seen: Seen | null,
  frames: FramesBySeries,
  act: Dispatch<PanesAct>,
): Target | null {
  const [target, setTarget] = useState<Target | null>(null);
  const gone = useRef<number | null>(null);
  useEffect(() => {
    if (!seen || gone.current === seen.token) return;
    const places = placesIn(seen, frames);
    if (!places.length) return;
    // Once: a series that comes later must not take the reader back.
    gone.current = seen.token;
    act({ do: "find", places, frames });
    setTarget({ token: seen.token, places: new Map(places.map((one) => [one.series, one])) });
  }, [seen, frames, act]);
  return target;
}

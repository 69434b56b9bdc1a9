import { useCallback, useMemo, useState } from "react";
import type { Frame } from "./frames";
import type { Stage, View } from "./stage";
import { type Preset, presetsOf, rangeOf } from "./windowing";

/** A stage and what it shows now, for the tools beside the panes. */
export interface Held {
  stage: Stage;
  view: View;
}

type Hold = (held: Held | null) => void;

/** The stages of the four panes, and for each pane the function that tells of its own. */
export function useHeld(): { held: readonly (Held | null)[]; holds: readonly Hold[] } {
  const [held, setHeld] = useState<readonly (Held | null)[]>([null, null, null, null]);
  const hold = useCallback(
    (pane: number, now: Held | null) => setHeld((before) => before.with(pane, now)),
    [],
  );
  const holds = useMemo(() => [0, 1, 2, 3].map((pane) => (now: Held | null) => hold(pane, now)), [hold]);
  return { held, holds };
}

/** The presets for the frame that a stage shows. */
export function usePresets(stage: Stage | null, frame: Frame | undefined): readonly Preset[] {
  return useMemo(() => {
    const pixels = stage?.pixels();
    return pixels && frame ? presetsOf(frame.valueUnit, rangeOf(pixels.values), frame.voi) : [];
  }, [stage, frame]);
}

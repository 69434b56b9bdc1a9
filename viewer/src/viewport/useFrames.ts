import { useCallback, useRef, useState } from "react";
import type { FramesBySeries } from "./panes";
import type { SeriesSource } from "./source";
import type { Engine } from "./stage";

/** The frames of series, asked for by `ask`; those that could not be had are in `failed`. */
export function useFrames(
  engine: Engine | null,
  sources: readonly SeriesSource[],
): {
  frames: FramesBySeries;
  failed: ReadonlySet<string>;
  ask: (series: string) => void;
} {
  const [frames, setFrames] = useState<FramesBySeries>(new Map());
  const [failed, setFailed] = useState<ReadonlySet<string>>(new Set());
  const asked = useRef(new Set<string>());
  const ask = useCallback(
    (series: string) => {
      const source = sources.find((one) => one.uid === series);
      if (!engine || !source || asked.current.has(series)) return;
      asked.current.add(series);
      engine.frames(source.studyUid, series).then(
        (found) => setFrames((before) => new Map(before).set(series, found)),
        () => {
          asked.current.delete(series);
          setFailed((before) => new Set(before).add(series));
        },
      );
    },
    [engine, sources],
  );
  return { frames, failed, ask };
}

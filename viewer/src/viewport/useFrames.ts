import { useCallback, useRef, useState } from "react";
import type { FramesBySeries } from "./panes";
import type { SeriesSource } from "./source";
import type { Engine } from "./stage";

/** What is known of series: their frames, or that they could not be had. */
export interface KnownFrames {
  frames: FramesBySeries;
  failed: ReadonlySet<string>;
  /** Asks for a series, once; again where it failed before. */
  ask: (series: string) => void;
}

/** The frames of the series that were asked for. */
export function useFrames(engine: Engine | null, sources: readonly SeriesSource[]): KnownFrames {
  const [frames, setFrames] = useState<FramesBySeries>(new Map());
  const [failed, setFailed] = useState<ReadonlySet<string>>(new Set());
  const asked = useRef(new Set<string>());
  const ask = useCallback(
    (series: string) => {
      const source = sources.find((one) => one.uid === series);
      if (!engine || !source || asked.current.has(series)) return;
      asked.current.add(series);
      setFailed((before) => without(before, series));
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

function without<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  if (!set.has(member)) return set;
  const next = new Set(set);
  next.delete(member);
  return next;
}

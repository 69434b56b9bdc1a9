import { useCallback, useEffect, useRef, useState } from "react";
import type { FramesBySeries } from "./panes";
import type { SeriesSource } from "./source";
import type { Engine } from "./stage";

const FIRST_WAIT_MS = 4000;
const LONGEST_WAIT_MS = 30_000;

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
  useFailedAgain(failed, ask);
  return { frames, failed, ask };
}

/** Asks for what could not be had again by itself, waiting longer each time. */
function useFailedAgain(failed: ReadonlySet<string>, ask: (series: string) => void): void {
  const tries = useRef(0);
  useEffect(() => {
    if (failed.size === 0) return;
    const act = () => [...failed].forEach(ask);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** tries.current, LONGEST_WAIT_MS);
    tries.current += 1;
    const timer = window.setTimeout(act, wait);
    return () => window.clearTimeout(timer);
  }, [failed, ask]);
}

function without<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  if (!set.has(member)) return set;
  const next = new Set(set);
  next.delete(member);
  return next;
}

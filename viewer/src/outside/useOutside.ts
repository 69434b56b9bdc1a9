import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { type Loaded, useLoaded } from "../api/loaded";
import type { OutsideResults, WorklistEntry } from "../api/types";
import type { FindingPlace } from "../findings/places";
import type { Drawing } from "../viewport/drawing";
import { frameKey } from "../viewport/drawing";
import type { Frame } from "../viewport/frames";
import type { FramesBySeries } from "../viewport/panes";
import { itemsOf, type OutsideItem, outsideDrawings, placesOfItem } from "./items";

/** What others found in a study, what of it is drawn, and which is chosen. */
export interface OutsideOf {
  loaded: Loaded<OutsideResults>;
  items: readonly OutsideItem[];
  /** The keys of what is drawn; nothing at first, so that nobody takes it for the study's own. */
  shown: ReadonlySet<string>;
  show: (keys: readonly string[], on: boolean) => void;
  selected: string | null;
  select: (key: string) => void;
  drawing: (frame: Frame) => Drawing | undefined;
}

const NONE: readonly OutsideItem[] = [];

/**
 * Asks for what others found in a study, and again when the study changes.
 *
 * @param called - Changes with the reader's own calls, before which it may be held back.
 * @param goTo - Brings places into the panes.
 */
export function useOutside(
  { id: study, revision }: Pick<WorklistEntry, "id" | "revision">,
  called: number,
  frames: FramesBySeries,
  goTo: (places: FindingPlace[]) => void,
): OutsideOf {
  const { client } = useApi();
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const params = { path: { study_id: study } };
        const call = client.GET("/api/v1/studies/{study_id}/outside", { params, signal });
        // The client's types know places only as lists of numbers.
        return (await answer(call)) as OutsideResults;
      },
      [client, study],
    ),
  );
  const { reload, data } = loaded;
  const seen = useRef(`${revision} ${called}`);
  useEffect(() => {
    const now = `${revision} ${called}`;
    if (seen.current === now) return;
    seen.current = now;
    reload();
  }, [revision, called, reload]);
  const [shown, setShown] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<string | null>(null);
  const items = useMemo(() => (data ? itemsOf(data.results) : NONE), [data]);
  const drawings = useMemo(() => outsideDrawings(items, shown), [items, shown]);
  const show = (keys: readonly string[], on: boolean) =>
    setShown((before) => {
      const next = new Set(before);
      for (const key of keys) if (on) next.add(key);
        else next.delete(key);
      return next;
    });
  return {
    ...{ loaded, items, shown, show, selected },
    select: (key) => {
      const item = items.find((one) => one.key === key);
      setSelected(key);
      show([key], true);
      if (item) goTo(placesOfItem(item, frames));
    },
    drawing: useCallback(
      (frame: Frame) => drawings.get(frameKey(frame.instanceUid, frame.frame)),
      [drawings],
    ),
  };
}

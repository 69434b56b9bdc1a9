import { useEffect, useMemo, useRef } from "react";
import { FetchQueue, nearestFirst } from "./fetching";
import type { FramesBySeries, PanesState } from "./panes";
import type { Engine } from "./stage";

/** Fetches the panes' series around the slices that they show, once an image is there. */
export function usePrefetch(
  engine: Engine | null,
  state: PanesState,
  known: FramesBySeries,
  ready: boolean,
): void {
  const queue = useMemo(() => (engine ? new FetchQueue(engine.load) : null), [engine]);
  const last = useRef<number[]>([]);
  useEffect(() => {
    if (!queue || !ready) return;
    state.panes.forEach((pane, number) => {
      const frames = pane.series ? known.get(pane.series) : undefined;
      if (!frames || number >= state.layout) return queue.drop(String(number));
      const way = pane.index < (last.current[number] ?? 0) ? -1 : 1;
      last.current[number] = pane.index;
      const order = nearestFirst(pane.index, frames.length, way);
      queue.aim(
        String(number),
        order.flatMap((at) => frames[at]?.imageId ?? []),
      );
    });
  }, [queue, state, known, ready]);
}

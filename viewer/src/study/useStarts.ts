import { type Dispatch, useEffect, useRef } from "react";
import type { FramesBySeries, PanesAct, PanesState } from "../viewport/panes";

/**
 * Brings each series to the slice where it is best begun, once its frames are known and unless a
 * person scrolled it before.
 */
export function useStarts(
  state: PanesState,
  known: FramesBySeries,
  startOf: (series: string) => number,
  act: Dispatch<PanesAct>,
): void {
  const begun = useRef(new Set<string>());
  useEffect(() => {
    state.panes.forEach(({ series, index }, pane) => {
      if (!series || !known.has(series) || begun.current.has(`${pane}/${series}`)) return;
      begun.current.add(`${pane}/${series}`);
      if (index === 0) act({ do: "start", pane, index: startOf(series) });
    });
  }, [state.panes, known, startOf, act]);
}

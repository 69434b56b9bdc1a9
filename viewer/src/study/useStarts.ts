import { type Dispatch, useEffect } from "react";
import { type FramesBySeries, NOT_BEGUN, type PanesAct, type PanesState } from "../viewport/panes";

/** Begins each series at the slice where it is best begun, once its frames are known. */
export function useStarts(
  state: PanesState,
  known: FramesBySeries,
  startOf: (series: string) => number,
  act: Dispatch<PanesAct>,
): void {
  useEffect(() => {
    state.panes.forEach(({ series, index }, pane) => {
      if (!series || index !== NOT_BEGUN || !known.has(series)) return;
      act({ do: "start", pane, series, index: startOf(series) });
    });
  }, [state.panes, known, startOf, act]);
}

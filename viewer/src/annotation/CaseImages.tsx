import { type ReactNode, useCallback, useMemo, useReducer } from "react";
import type { CaseSeries } from "../api/types";
import type { Marking } from "../marking/marking";
import type { Drawing } from "../viewport/drawing";
import type { Engine } from "../viewport/stage";
import type { Frame } from "../viewport/frames";
import { firstPanes, panesReducer } from "../viewport/panes";
import type { SeriesSource } from "../viewport/source";
import { type KnownFrames, useFrames } from "../viewport/useFrames";
import { Viewer } from "../viewport/Viewer";
import { useStarts } from "../study/useStarts";

/** The series of a case, and what is known of their frames. */
export interface CaseFrames {
  sources: readonly SeriesSource[];
  known: KnownFrames;
}

/** Gives the series of a case to be shown. */
export function useCaseFrames(
  study: string,
  series: readonly CaseSeries[],
  engine: Engine | null,
): CaseFrames {
  const sources = useMemo(
    () =>
      series.map(({ uid, title, modality, images }) => ({
        uid,
        studyUid: study,
        title,
        modality,
        count: images,
        prior: null,
      })),
    [study, series],
  );
  return { sources, known: useFrames(engine, sources) };
}

/** The images of a case, on which is drawn; a series begins where something was drawn before. */
export function CaseImages({
  frames: { sources, known },
  engine,
  marking,
  drawing,
  begin,
  step,
}: {
  frames: CaseFrames;
  engine: Engine | null;
  marking: Marking;
  drawing: (frame: Frame) => Drawing;
  begin: (frames: readonly Frame[]) => number;
  step: (by: 1 | -1) => void;
}): ReactNode {
  const [state, act] = useReducer(panesReducer, sources, (all) =>
    firstPanes(all.map(({ uid }) => uid)),
  );
  const startOf = useCallback(
    (series: string) => begin(known.frames.get(series) ?? []),
    [begin, known.frames],
  );
  useStarts(state, known.frames, startOf, act);
  return (
    <Viewer
      {...{ engine, sources, known, state, act, drawing, marking, step }}
      target={null}
      selected={null}
      pick={() => undefined}
    />
  );
}

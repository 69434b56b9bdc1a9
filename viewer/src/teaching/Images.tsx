import { type ReactNode, useCallback, useMemo, useReducer } from "react";
import { useStarts } from "../study/useStarts";
import { useWords } from "../words";
import { type Drawing, frameKey } from "../viewport/drawing";
import { useEngine } from "../viewport/engine";
import type { Frame } from "../viewport/frames";
import { firstPanes, type FramesBySeries, panesReducer } from "../viewport/panes";
import type { SeriesSource } from "../viewport/source";
import { useFrames } from "../viewport/useFrames";
import { type Target, Viewer } from "../viewport/Viewer";
import { useTarget } from "./useTarget";
import type { Seen } from "./evidence";
import type { Attempt } from "./types";

const NOTHING: Drawing = { shapes: [], labels: [] };
const none = () => undefined;

/** A case's images, and what shall be seen of them: nothing at all until it is answered. */
export function Images({
  attempt,
  seen = null,
}: {
  attempt: Attempt;
  seen?: Seen | null;
}): ReactNode {
  const { say } = useWords();
  const { engine, problem } = useEngine();
  const sources = useMemo(() => sourcesOf(attempt), [attempt]);
  const known = useFrames(engine, sources);
  const [state, act] = useReducer(panesReducer, sources, (series) =>
    firstPanes(series.map(({ uid }) => uid)),
  );
  const startOf = useCallback((series: string) => middle(known.frames, series), [known.frames]);
  useStarts(state, known.frames, startOf, act);
  const target: Target | null = useTarget(seen, known.frames, act);
  const drawing = useCallback(
    (frame: Frame) => seen?.drawings.get(frameKey(frame.instanceUid, frame.frame)) ?? NOTHING,
    [seen],
  );
  if (problem) {
    return (
      <p role="alert" className="study-alert">
        {say("study.noEngine")}
      </p>
    );
  }
  if (!sources.length) return <p className="study-empty">{say("study.noImages")}</p>;
  return (
    <Viewer
      {...{ engine, sources, known, state, act, target, drawing }}
      selected={seen?.selected ?? null}
      pick={none}
      step={none}
    />
  );
}

function sourcesOf({ series, study_uid }: Attempt): readonly SeriesSource[] {
  return series.map((one, at) => ({
    uid: one.uid,
    studyUid: study_uid,
    title: one.description || `${one.modality} ${one.number ?? at + 1}`,
    modality: one.modality,
    count: one.instance_count,
    prior: null,
  }));
}

function middle(known: FramesBySeries, series: string): number {
  return Math.max(0, Math.floor(((known.get(series)?.length ?? 1) - 1) / 2));
}

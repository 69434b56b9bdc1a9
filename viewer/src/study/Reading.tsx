import { type ReactNode, useCallback, useMemo, useReducer, useState } from "react";
import type { FindingEntry, Overlays, StudyDetail } from "../api/types";
import { type DrawnChoice, drawingsOf } from "../findings/drawings";
import { type FindingsChoice, FindingsPanel } from "../findings/FindingsPanel";
import { byLevel, listed, stepped } from "../findings/groups";
import { placesOf, startSlice } from "../findings/places";
import { useWords } from "../words";
import { type Drawing, frameKey } from "../viewport/drawing";
import type { Frame } from "../viewport/frames";
import { firstPanes, panesReducer } from "../viewport/panes";
import type { Engine } from "../viewport/stage";
import { useFrames } from "../viewport/useFrames";
import { type Target, Viewer } from "../viewport/Viewer";
import { DrawnSwitches } from "./DrawnSwitches";
import { sourcesOf } from "./sources";
import { StudyHeader } from "./StudyHeader";
import { usePriors } from "./usePriors";
import { useStarts } from "./useStarts";

const NOTHING: Drawing = { shapes: [], labels: [] };

/** A study that is here: its header, images and findings, which point at each other. */
export function Reading({
  detail,
  overlays,
  engine,
}: {
  detail: StudyDetail;
  overlays: Overlays;
  engine: Engine | null;
}): ReactNode {
  const { say } = useWords();
  const priors = usePriors(detail);
  const sources = useMemo(() => sourcesOf(detail, priors.details), [detail, priors.details]);
  const known = useFrames(engine, sources);
  const [state, act] = useReducer(panesReducer, detail, (first) =>
    firstPanes(first.series.map(({ uid }) => uid)),
  );
  const [choice, setChoice] = useState<FindingsChoice>(NO_CHOICE);
  const [shown, setShown] = useState(ALL_SHOWN);
  const [target, setTarget] = useState<Target | null>(null);
  const startOf = useCallback(
    (series: string) => startSlice(series, detail.findings, known.frames.get(series) ?? []),
    [detail.findings, known.frames],
  );
  useStarts(state, known.frames, startOf, act);
  const drawings = useMemo(() => {
    const drawn: DrawnChoice = {
      threshold: choice.threshold,
      selected: choice.selected,
      hiddenFindings: choice.hidden,
      hiddenStructures: shown.hiddenStructures,
      labels: shown.labels,
    };
    return drawingsOf(overlays, detail.findings, drawn);
  }, [overlays, detail.findings, choice, shown]);
  const drawing = useCallback(
    (frame: Frame) => drawings.get(frameKey(frame.instanceUid, frame.frame)) ?? NOTHING,
    [drawings],
  );
  const select = (finding: FindingEntry, show: boolean) => {
    setChoice((before) => ({ ...before, selected: finding.id }));
    if (!show) return;
    const places = placesOf(finding, known.frames);
    act({ do: "find", places, frames: known.frames });
    setTarget((before) => ({
      token: (before?.token ?? 0) + 1,
      places: new Map(places.map((place) => [place.series, place])),
    }));
  };
  const ordered = listed(byLevel(detail.findings, choice.threshold), choice.threshold);
  const pick = (ids: readonly number[]) => {
    const inOrder = byLevel(detail.findings, choice.threshold).flatMap((group) => group.findings);
    const next = stepped(
      inOrder.filter(({ id }) => ids.includes(id)),
      choice.selected,
      1,
    );
    if (next) select(next, false);
    else setChoice((before) => ({ ...before, selected: null }));
  };
  const step = (by: 1 | -1) => {
    const next = stepped(ordered, choice.selected, by);
    if (next) select(next, true);
  };
  return (
    <div className="reading">
      <StudyHeader detail={detail} beside={priors.beside} shownBeside={priors.shown} />
      {detail.series.length ? (
        <Viewer
          engine={engine}
          sources={sources}
          known={known}
          state={state}
          act={act}
          target={target}
          drawing={drawing}
          selected={choice.selected}
          pick={pick}
          step={step}
        />
      ) : (
        <p className="study-empty">{say("study.noImages")}</p>
      )}
      <div className="reading-side">
        <DrawnSwitches
          overlays={overlays}
          hidden={shown.hiddenStructures}
          labels={shown.labels}
          set={(hiddenStructures, labels) => setShown({ hiddenStructures, labels })}
        />
        <FindingsPanel
          detail={detail}
          choice={choice}
          setThreshold={(threshold) => setChoice((before) => ({ ...before, threshold }))}
          select={(finding) => select(finding, true)}
          toggle={({ id }) =>
            setChoice((before) => ({ ...before, hidden: toggled(before.hidden, id) }))
          }
        />
      </div>
    </div>
  );
}

const NO_CHOICE: FindingsChoice = { threshold: null, selected: null, hidden: new Set() };
const ALL_SHOWN = { hiddenStructures: new Set() as ReadonlySet<string>, labels: true };

/** The set with a member put in or taken out. */
export function toggled<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(member)) next.add(member);
  return next;
}

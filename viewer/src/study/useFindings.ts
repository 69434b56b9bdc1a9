import { type Dispatch, useCallback, useMemo, useState } from "react";
import type { Corrections, Overlays, StudyDetail } from "../api/types";
import { type DrawnChoice, drawingsOf } from "../findings/drawings";
import type { FindingsChoice } from "../findings/FindingsPanel";
import { byLevel, listed, stepped } from "../findings/groups";
import { type FindingPlace, placesOf } from "../findings/places";
import { levelNames, type StandingFinding, standingFindings } from "../findings/standing";
import { type Drawing, frameKey } from "../viewport/drawing";
import type { Frame } from "../viewport/frames";
import type { FramesBySeries, PanesAct } from "../viewport/panes";
import type { Target } from "../viewport/Viewer";

/** What is drawn of the structures. */
export interface Shown {
  hiddenStructures: ReadonlySet<string>;
  labels: boolean;
  measures?: boolean;
}

const NO_CHOICE: FindingsChoice = { threshold: null, selected: null, hidden: new Set() };
const ALL_SHOWN: Shown = { hiddenStructures: new Set(), labels: true, measures: false };
const NOTHING: Drawing = { shapes: [], labels: [] };

/**
 * The findings' side of a study: what is chosen and drawn, and where a choice leads; all of it as
 * it stands after the readers' corrections, once they are here.
 */
export function useFindings(
  detail: StudyDetail,
  stored: Overlays,
  corrections: Corrections | undefined,
  frames: FramesBySeries,
  act: Dispatch<PanesAct>,
) {
  const [choice, setChoice] = useState(NO_CHOICE);
  const [shown, setShown] = useState(ALL_SHOWN);
  const [target, setTarget] = useState<Target | null>(null);
  const findings = useMemo(
    () => standingFindings(detail.findings, corrections),
    [detail.findings, corrections],
  );
  const overlays = useMemo(
    () => renamed(stored, levelNames(detail.findings, corrections)),
    [stored, detail.findings, corrections],
  );
  const { threshold, selected } = choice;
  const drawing = useDrawing(overlays, findings, choice, shown);
  const groups = byLevel(findings, threshold);
  const mark = (finding: StandingFinding | null) =>
    setChoice((before) => ({ ...before, selected: finding?.id ?? null }));
  const select = (finding: StandingFinding) => {
    mark(finding);
    goTo(placesOf(finding, frames));
  };
  const goTo = (places: readonly FindingPlace[]) => {
    act({ do: "find", places, frames });
    setTarget((before) => ({
      token: (before?.token ?? 0) + 1,
      places: new Map(places.map((place) => [place.series, place])),
    }));
  };
  return {
    ...{ findings, choice, shown, setShown, target, drawing, select, goTo },
    setThreshold: (to: number | null) => setChoice((before) => ({ ...before, threshold: to })),
    toggle: ({ id }: StandingFinding) =>
      setChoice((before) => ({ ...before, hidden: toggled(before.hidden, id) })),
    /** Chooses what was clicked on the image; the next of them where one is chosen already. */
    pick: (ids: readonly number[]) => {
      const here = groups.flatMap((group) => group.findings).filter(({ id }) => ids.includes(id));
      mark(stepped(here, selected, 1));
    },
    /** Goes to the next finding of the list, or the one before. */
    step: (by: 1 | -1) => {
      const next = stepped(listed(groups, threshold), selected, by);
      if (next) select(next);
    },
  };
}

function useDrawing(
  overlays: Overlays,
  findings: readonly StandingFinding[],
  { threshold, selected, hidden }: FindingsChoice,
  shown: Shown,
): (frame: Frame) => Drawing {
  const drawings = useMemo(() => {
    const drawn: DrawnChoice = { ...shown, threshold, selected, hiddenFindings: hidden };
    return drawingsOf(overlays, findings, drawn);
  }, [overlays, findings, threshold, selected, hidden, shown]);
  return useCallback(
    (frame: Frame) => drawings.get(frameKey(frame.instanceUid, frame.frame)) ?? NOTHING,
    [drawings],
  );
}

/** The overlays with the discs' names as they stand. */
export function renamed(
  { structures, labels, maps, lines }: Overlays,
  nameOf: (analysis: string, name: string) => string,
): Overlays {
  return {
    maps: maps ?? [],
    lines: lines ?? [],
    structures: structures.map((one) =>
      one.level ? { ...one, level: nameOf(one.analysis, one.level) } : one,
    ),
    labels: labels.map((one) => ({ ...one, level: nameOf(one.analysis, one.level) })),
  };
}

/** The set with a member put in or taken out. */
export function toggled<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(member)) next.add(member);
  return next;
}

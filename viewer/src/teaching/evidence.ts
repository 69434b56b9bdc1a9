import type { Drawn, FindingEntry } from "../api/types";
import type { Place } from "../viewport/affine";
import { type Drawing, frameKey, type Shape } from "../viewport/drawing";
import type { FramesBySeries, SlicePlace } from "../viewport/panes";
import { cornersOf, middleOf } from "../viewport/polygons";
import type { ItemResult } from "./types";

/** Something drawn on one frame of a series. */
export interface Mark {
  series: string;
  instance: string;
  frame: number;
  outline: readonly Place[];
  finding: number;
}

/** What of an answered case shall be seen: where to go, and what is drawn there. */
export interface Seen {
  /** Another one each time that something is chosen. */
  token: number;
  marks: readonly Mark[];
  drawings: ReadonlyMap<string, Drawing>;
  selected: number | null;
}

/** No finding of a model: what the reference's reader drew. */
const OF_READER = -1;

/** What is to be seen of an item: what the reader of the reference drew, else the models' places. */
export function seenOf(
  item: ItemResult,
  findings: readonly FindingEntry[],
  token: number,
): Seen {
  const drawn = item.drawn.flatMap((one) => markOfReader(one));
  const ids = new Set(item.models.map(({ finding }) => finding));
  const models = findings.filter(({ id }) => ids.has(id)).flatMap(marksOf);
  const marks = drawn.length ? drawn : models;
  return { token, marks, drawings: drawingsOf(marks, item), selected: marks[0]?.finding ?? null };
}

function markOfReader({ place, outline, box }: Drawn): Mark[] {
  const line = lineOf(outline ?? [], box ?? null);
  if (!line) return [];
  const { series_uid: series, instance_uid: instance, frame = 0 } = place;
  return [{ series, instance, frame, outline: line, finding: OF_READER }];
}

function marksOf({ id, evidence }: FindingEntry): Mark[] {
  return evidence.flatMap(({ series_uid: series, instance_uid: instance, frame, outline, box }) => {
    const line = lineOf(outline, box);
    return line ? [{ series, instance, frame, outline: line, finding: id }] : [];
  });
}

type Box = [number, number, number, number];

function lineOf(outline: readonly Place[], box: Box | null): readonly Place[] | null {
  if (outline.length > 1) return outline;
  return box ? cornersOf(box) : null;
}

function drawingsOf(marks: readonly Mark[], item: ItemResult): ReadonlyMap<string, Drawing> {
  const frames = new Map<string, Shape[]>();
  for (const mark of marks) {
    const key = frameKey(mark.instance, mark.frame);
    const shapes = frames.get(key) ?? [];
    const id = `seen-${mark.outline.join(";")}`;
    if (!shapes.some((shape) => shape.id === id)) {
      const { level, question: structure } = item;
      const findings = [mark.finding];
      shapes.push({ id, kind: "finding", structure, level, outlines: [mark.outline], findings });
    }
    frames.set(key, shapes);
  }
  return new Map([...frames].map(([key, shapes]) => [key, { shapes, labels: [] }]));
}

/** Of each series the first slice that something is drawn on. */
export function placesIn(
  { marks }: Seen,
  known: FramesBySeries,
): (SlicePlace & { place: Place | null })[] {
  const found = new Map<string, SlicePlace & { place: Place | null }>();
  for (const { series, instance, frame, outline } of marks) {
    const frames = known.get(series) ?? [];
    const index = frames.findIndex((one) => one.instanceUid === instance && one.frame === frame);
    if (index >= 0 && !found.has(series)) {
      found.set(series, { series, index, place: middleOf([outline]) });
    }
  }
  return [...found.values()];
}

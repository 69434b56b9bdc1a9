import type { OutsidePlace, OutsideResult } from "../api/types";
import type { FindingPlace } from "../findings/places";
import { type Drawing, frameKey, type MeasuredSpan, type Shape } from "../viewport/drawing";
import type { FramesBySeries } from "../viewport/panes";
import { areaOf, middleOf } from "../viewport/polygons";

/** Something of others that may be drawn: a structure of a segmentation, a finding of a report. */
export interface OutsideItem {
  key: string;
  places: readonly OutsidePlace[];
  /** Which colour it has. */
  tint: number;
}

/** Colours that what others outlined has, one after the other. */
const TINTS = 6;

/** The names of a result's items, in the order in which they are listed. */
export function keyOf(result: OutsideResult, kind: "structure" | "finding", at: number): string {
  return `${result.uid} ${kind} ${at}`;
}

/** Everything of others that may be drawn. */
export function itemsOf(results: readonly OutsideResult[]): OutsideItem[] {
  const listed = results.flatMap((result) => [
    ...result.structures.map(({ places }, at) => ({ key: keyOf(result, "structure", at), places })),
    ...result.findings.map(({ places }, at) => ({ key: keyOf(result, "finding", at), places })),
  ]);
  return listed.map((one, at) => ({ ...one, tint: at % TINTS }));
}

/** What is drawn of others over each frame, by `frameKey`. */
export function outsideDrawings(
  items: readonly OutsideItem[],
  shown: ReadonlySet<string>,
): ReadonlyMap<string, Drawing> {
  const frames = new Map<string, { shapes: Shape[]; spans: MeasuredSpan[]; labels: [] }>();
  for (const { key, places, tint } of items.filter((item) => shown.has(item.key))) {
    places.forEach((place, number) => {
      if (place.outlines.length === 0) return;
      const frame = frameKey(place.instance_uid, place.frame);
      const drawn = frames.get(frame) ?? { shapes: [], spans: [], labels: [] };
      frames.set(frame, drawn);
      const id = `outside-${key}-${number}`;
      if (!place.closed) {
        place.outlines.forEach((ends, line) =>
          drawn.spans.push({ id: `${id}-${line}`, ends, measure: `outside tint-${tint}` }),
        );
        return;
      }
      drawn.shapes.push({
        id,
        kind: "outside",
        structure: `tint-${tint}`,
        level: null,
        outlines: place.outlines,
        findings: [],
      });
    });
  }
  return frames;
}

/** The drawing with another one over it. */
export function drawnOver(first: Drawing, second: Drawing | undefined): Drawing {
  if (!second) return first;
  return {
    ...first,
    shapes: [...first.shapes, ...second.shapes],
    spans: [...(first.spans ?? []), ...(second.spans ?? [])],
  };
}

/** Where an item is looked at: of each series the slice on which most of it lies. */
export function placesOfItem(item: OutsideItem, known: FramesBySeries): FindingPlace[] {
  const best = new Map<string, { place: FindingPlace; area: number }>();
  for (const one of item.places) {
    const frames = known.get(one.series_uid) ?? [];
    const index = frames.findIndex(
      (frame) => frame.instanceUid === one.instance_uid && frame.frame === one.frame,
    );
    const area = one.outlines.reduce((sum, outline) => sum + areaOf(outline), 0);
    if (index < 0 || area <= (best.get(one.series_uid)?.area ?? -1)) continue;
    const place = { series: one.series_uid, index, place: middleOf(one.outlines) };
    best.set(one.series_uid, { place, area });
  }
  return [...best.values()].map(({ place }) => place);
}

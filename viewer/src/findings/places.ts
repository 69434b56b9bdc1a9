import type { FindingEntry } from "../api/types";
import type { Place } from "../viewport/affine";
import type { Frame } from "../viewport/frames";
import type { FramesBySeries, SlicePlace } from "../viewport/panes";
import { middleOf } from "../viewport/polygons";
import { outlineOf } from "./drawings";

/** Where a finding is seen: one slice of each series, with the place on it. */
export interface FindingPlace extends SlicePlace {
  place: Place | null;
}

/** The slice of each series that a finding points at; of several of a series, the first. */
export function placesOf(finding: FindingEntry, known: FramesBySeries): FindingPlace[] {
  const found = new Map<string, FindingPlace>();
  for (const place of finding.evidence) {
    if (found.has(place.series_uid)) continue;
    const frames = known.get(place.series_uid);
    const index = frames ? indexOf(frames, place.instance_uid, place.frame) : -1;
    if (index < 0) continue;
    const outline = outlineOf(place);
    const middle = outline ? middleOf([outline]) : null;
    found.set(place.series_uid, { series: place.series_uid, index, place: middle });
  }
  return [...found.values()];
}

function indexOf(frames: readonly Frame[], instanceUid: string, frame: number): number {
  return frames.findIndex((one) => one.instanceUid === instanceUid && one.frame === frame);
}

/** The slice of a series that most findings point at, else its middle. */
export function startSlice(
  series: string,
  findings: readonly FindingEntry[],
  frames: readonly Frame[],
): number {
  const votes = new Map<number, number>();
  for (const place of findings.flatMap((finding) => finding.evidence)) {
    if (place.series_uid !== series) continue;
    const index = indexOf(frames, place.instance_uid, place.frame);
    if (index >= 0) votes.set(index, (votes.get(index) ?? 0) + 1);
  }
  const [best] = [...votes].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]);
  return best?.[0] ?? Math.max(0, Math.floor((frames.length - 1) / 2));
}

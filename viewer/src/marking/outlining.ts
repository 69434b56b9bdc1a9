import type { Affine, Place, Spot } from "../viewport/affine";
import { toSpot } from "../viewport/affine";
import { areaOn } from "./history";
import type { Draft } from "./marking";
import type { Mark, MarkPage, MarkStart, Ring } from "./marks";
import { boundsOf, maskOf, ringsOf } from "./masks";
import { combine } from "./painting";

/** A place brought back to the frame's border where it lies beyond it. */
export function clipped([row, column]: Place, { rows, columns }: MarkPage): Place {
  return [
    Math.min(Math.max(row, -0.5), rows - 0.5),
    Math.min(Math.max(column, -0.5), columns - 0.5),
  ];
}

/**
 * The label's area with what a drawn line encloses added, or cut out.
 *
 * @returns `null` where the line encloses no pixel, so that nothing would change.
 */
export function enclosed(draft: Draft, marks: readonly Mark[], cut: boolean): MarkStart | null {
  const { page, label, ring } = draft;
  const line = maskOf([ring], page.rows, page.columns, true);
  const before = areaOn(marks, page, label)?.outlines ?? [];
  if (ring.length < 3 || boundsOf(line).row1 === 0 || (cut && before.length === 0)) return null;
  const mask = maskOf(before, page.rows, page.columns);
  combine(mask, line, cut ? 0 : 1);
  return { frame: page, label, outlines: ringsOf(mask), box: null };
}

/** Whether a spot is where a place is drawn. */
export function isNear(place: Place | undefined, spot: Spot, matrix: Affine, px: number): boolean {
  if (!place) return false;
  const [x, y] = toSpot(matrix, place);
  return Math.hypot(x - spot[0], y - spot[1]) <= px;
}

/** A free-hand line with a place more, unless it is too near to the last to tell anything. */
export function lengthened(ring: Ring, place: Place): Ring {
  const last = ring.at(-1);
  const near = last && Math.hypot(place[0] - last[0], place[1] - last[1]) < 0.4;
  return near ? ring : [...ring, place];
}

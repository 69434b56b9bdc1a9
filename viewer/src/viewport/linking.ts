import { centreOf, type Frame } from "./frames";
import { dot } from "./vector";

/** Planes whose normals agree by less than this cosine (about 37°) show different things. */
const PARALLEL = 0.8;

/** An index within a series of `count` slices. */
export function within(index: number, count: number): number {
  return Math.min(Math.max(Math.round(index), 0), Math.max(count - 1, 0));
}

/**
 * The slice of another series that goes with a slice of this one.
 *
 * Where both lie in one frame of reference it is the one nearest in the patient, and `null` where
 * their planes cross; where the geometry is not known it is as far along its series.
 */
export function linkedSlice(
  source: readonly Frame[],
  index: number,
  target: readonly Frame[],
): number | null {
  const from = source[index];
  if (!from || target.length === 0) return null;
  const centre = centreOf(from);
  const first = target[0];
  if (!centre || !from.plane || !first?.plane || !sameSpace(from, first)) {
    return relativeSlice(index, source.length, target.length);
  }
  if (Math.abs(dot(from.plane.normal, first.plane.normal)) < PARALLEL) return null;
  let best = 0;
  let least = Infinity;
  target.forEach((frame, at) => {
    if (!frame.plane) return;
    const off = Math.abs(dot(frame.plane.normal, centre) - dot(frame.plane.normal, frame.plane.origin));
    if (off < least) [best, least] = [at, off];
  });
  return best;
}

function sameSpace(a: Frame, b: Frame): boolean {
  return a.frameOfReference !== null && a.frameOfReference === b.frameOfReference;
}

/** The slice as far along a series of `to` slices as `index` is along one of `from`. */
export function relativeSlice(index: number, from: number, to: number): number {
  if (from < 2) return within((to - 1) / 2, to);
  return within((index / (from - 1)) * (to - 1), to);
}

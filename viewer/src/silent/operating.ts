import type { OperatingCurveEntry, OperatingPointEntry } from "../api/types";

/** The point of a curve for a threshold: the nearest that the validation measured. */
export function pointAt(
  { points, chosen }: OperatingCurveEntry,
  threshold: number | null,
): OperatingPointEntry | undefined {
  const wanted = threshold ?? chosen;
  // What was chosen was measured by other rules, so it stands for itself alone.
  const measured = points.filter((one) => threshold === null || one.threshold !== chosen);
  return measured.toSorted(
    (a, b) => Math.abs(a.threshold - wanted) - Math.abs(b.threshold - wanted),
  )[0];
}

/** Whether any row is of another threshold than the one that is asked for. */
export function isNearest(curves: readonly OperatingCurveEntry[], threshold: number | null): boolean {
  if (threshold === null) return false;
  return curves.some((curve) => {
    const point = pointAt(curve, threshold);
    return point !== undefined && Math.abs(point.threshold - threshold) > 1e-9;
  });
}

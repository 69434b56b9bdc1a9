import { type Affine, type Spot, toSpot } from "./affine";

/** The span of an image along an axis of its pane. */
function span(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** How far to move along one axis. */
function shift(at: number, [from, to]: [number, number], size: number): number {
  if (to - from <= size) return (size - (from + to)) / 2;
  const wanted = size / 2 - at;
  return Math.min(Math.max(wanted, size - to), -from);
}

/**
 * How far to move an image so that a spot of it comes to the middle of its pane, as near as it gets
 * without baring the ground: an image that is smaller than the pane comes to the middle itself.
 *
 * @param image - Rows and columns of the image.
 * @param pane - Width and height in CSS pixels.
 */
export function centringShift(
  spot: Spot,
  matrix: Affine,
  image: { rows: number; columns: number },
  pane: { width: number; height: number },
): Spot {
  const [bottom, right] = [image.rows - 0.5, image.columns - 0.5];
  const corners = [
    toSpot(matrix, [-0.5, -0.5]),
    toSpot(matrix, [-0.5, right]),
    toSpot(matrix, [bottom, -0.5]),
    toSpot(matrix, [bottom, right]),
  ];
  return [
    shift(spot[0], span(corners.map(([x]) => x)), pane.width),
    shift(spot[1], span(corners.map(([, y]) => y)), pane.height),
  ];
}

import { type Affine, type Place, type Spot, toSpot } from "../viewport/affine";
import type { Box } from "../viewport/polygons";

/** The sides of a box that a handle holds, as a step along rows and columns; none in its middle. */
export interface Handle {
  row: -1 | 0 | 1;
  column: -1 | 0 | 1;
}

export interface Size {
  rows: number;
  columns: number;
}

export const INNER: Handle = { row: 0, column: 0 };

const SIDES = [-1, 0, 1] as const;

/** The four corners first, which count where a box is so small that handles lie on each other. */
export const HANDLES: readonly Handle[] = SIDES.flatMap((row) =>
  SIDES.map((column) => ({ row, column })),
)
  .filter(({ row, column }) => row || column)
  .toSorted((a, b) => Math.abs(b.row) + Math.abs(b.column) - Math.abs(a.row) - Math.abs(a.column));

/** The pixels that a drag spans, at least the one that it began on, within the frame. */
export function spanned(a: Place, b: Place, size: Size): Box {
  const [row0, row1] = span(a[0], b[0], size.rows);
  const [column0, column1] = span(a[1], b[1], size.columns);
  return [row0, column0, row1, column1];
}

function span(a: number, b: number, most: number): [number, number] {
  const first = limited(Math.round(Math.min(a, b)), 0, most - 1);
  return [first, limited(Math.round(Math.max(a, b)) + 1, first + 1, most)];
}

function limited(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** A box moved by whole pixels, as far as the frame lets it. */
export function movedBy([row0, column0, row1, column1]: Box, by: Place, size: Size): Box {
  const down = limited(Math.round(by[0]), -row0, size.rows - row1);
  const right = limited(Math.round(by[1]), -column0, size.columns - column1);
  return [row0 + down, column0 + right, row1 + down, column1 + right];
}

/** A box with the sides of a handle moved to a place's nearest pixel edges; never turned over. */
export function resized(box: Box, handle: Handle, to: Place, size: Size): Box {
  const edge = [Math.round(to[0] + 0.5), Math.round(to[1] + 0.5)] as const;
  const [row0, row1] = sides(box[0], box[2], handle.row, edge[0], size.rows);
  const [column0, column1] = sides(box[1], box[3], handle.column, edge[1], size.columns);
  return [row0, column0, row1, column1];
}

function sides(
  low: number,
  high: number,
  which: number,
  to: number,
  most: number,
): [number, number] {
  if (which < 0) return [limited(to, 0, Math.max(0, Math.ceil(high) - 1)), high];
  if (which > 0) return [low, limited(to, Math.floor(low) + 1, most)];
  return [low, high];
}

/** A box made larger or smaller at its lower right by whole pixels. */
export function grown(box: Box, by: Place, size: Size): Box {
  const to = [box[2] + by[0] - 0.5, box[3] + by[1] - 0.5] as const;
  return resized(box, { row: by[0] ? 1 : 0, column: by[1] ? 1 : 0 }, to, size);
}

/** Where a handle is, as a place. */
export function handlePlace([row0, column0, row1, column1]: Box, { row, column }: Handle): Place {
  const at = (low: number, high: number, side: number) => (low + high + side * (high - low)) / 2;
  return [at(row0, row1, row) - 0.5, at(column0, column1, column) - 0.5];
}

/**
 * The handle near a spot, the middle within the box, or `null` beside it. Handles of a box that is
 * drawn small reach less far, so that its inside can be taken too.
 */
export function handleAt(box: Box, spot: Spot, matrix: Affine, near: number): Handle | null {
  const [first, last] = [handlePlace(box, { row: -1, column: -1 }), handlePlace(box, { row: 1, column: 1 })];
  const [[x0, y0], [x1, y1]] = [toSpot(matrix, first), toSpot(matrix, last)];
  const reach = Math.min(near, Math.max(3, Math.min(Math.abs(x1 - x0), Math.abs(y1 - y0)) / 4));
  for (const handle of HANDLES) {
    const [x, y] = toSpot(matrix, handlePlace(box, handle));
    if (Math.hypot(x - spot[0], y - spot[1]) <= reach) return handle;
  }
  const held = (value: number, a: number, b: number) =>
    value >= Math.min(a, b) && value <= Math.max(a, b);
  return held(spot[0], x0, x1) && held(spot[1], y0, y1) ? INNER : null;
}

/** The pointer's picture over a handle, on an image that is drawn by a transform. */
export function cursorOf({ row, column }: Handle, matrix: Affine): string {
  if (!row && !column) return "move";
  if (!row) return "ew-resize";
  if (!column) return "ns-resize";
  return row * column * Math.sign(matrix.a * matrix.d - matrix.b * matrix.c) > 0
    ? "nwse-resize"
    : "nesw-resize";
}

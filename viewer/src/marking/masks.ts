import type { Ring } from "./marks";

/** The pixels of one frame that an area holds: 1 in it, 0 beside it, row by row. */
export interface Mask {
  pixels: Uint8Array<ArrayBuffer>;
  rows: number;
  columns: number;
}

/** Whole pixels from row0, column0 up to and without row1, column1. */
export interface Rect {
  row0: number;
  column0: number;
  row1: number;
  column1: number;
}

/** How near to a pixel's centre an outline must pass to go through it. */
const ON_EDGE = 1e-6;

export function emptyMask(rows: number, columns: number): Mask {
  return { pixels: new Uint8Array(rows * columns), rows, columns };
}

/**
 * The pixels whose centres outlines hold or go through.
 *
 * @param winding - Whether a place counts that the outlines go around in total ("nonzero"), as
 *   for a line that a hand drew across itself; else the even-odd rule, by which an outline in
 *   another is a hole.
 */
export function maskOf(
  outlines: readonly Ring[],
  rows: number,
  columns: number,
  winding = false,
): Mask {
  const mask = emptyMask(rows, columns);
  const crossings: [column: number, way: number][][] = Array.from({ length: rows }, () => []);
  for (const ring of outlines) eachEdge(ring, mask, crossings);
  for (const [row, found] of crossings.entries()) {
    found.sort((a, b) => a[0] - b[0]);
    let around = 0;
    for (const [at, [column, way]] of found.entries()) {
      around = winding ? around + way : 1 - around;
      const next = found[at + 1];
      if (around && next) fillRow(mask, row, Math.ceil(column), Math.ceil(next[0]) - 1);
    }
  }
  return mask;
}

/** Notes where an outline's edges cross the rows of pixels' centres, and fills those on them. */
function eachEdge(ring: Ring, mask: Mask, crossings: [number, number][][]): void {
  ring.forEach(([r1, c1], at) => {
    const [r0, c0] = ring.at(at - 1) as Ring[number];
    const [low, high] = [Math.min(r0, r1), Math.max(r0, r1)];
    const first = Math.max(0, Math.ceil(low - ON_EDGE));
    for (let row = first; row <= Math.min(mask.rows - 1, high + ON_EDGE); row++) {
      if (high - low <= ON_EDGE) {
        fillRow(mask, row, Math.ceil(Math.min(c0, c1) - ON_EDGE), Math.max(c0, c1) + ON_EDGE);
        continue;
      }
      const column = c0 + ((c1 - c0) * (row - r0)) / (r1 - r0);
      const near = Math.round(column);
      if (Math.abs(column - near) <= ON_EDGE) fillRow(mask, row, near, near);
      if (r0 > row !== r1 > row) crossings[row]?.push([column, r1 > r0 ? 1 : -1]);
    }
  });
}

function fillRow({ pixels, rows, columns }: Mask, row: number, from: number, to: number): void {
  if (row < 0 || row >= rows) return;
  const [first, last] = [Math.max(0, from), Math.min(columns - 1, Math.floor(to))];
  if (first <= last) pixels.fill(1, row * columns + first, row * columns + last + 1);
}

/**
 * The outlines of a mask along its pixels' edges, turning only at corners: around each piece
 * with its pixels on the right (clockwise as seen), around each hole the other way. Pieces that
 * touch at a corner alone are apart. `maskOf` gives back exactly the mask.
 */
export function ringsOf(mask: Mask, within: Rect = boundsOf(mask)): Ring[] {
  const { columns } = mask;
  const { row0, column0, row1, column1 } = within;
  const seen = new Uint8Array(Math.max(0, (row1 - row0) * (column1 - column0)));
  const rings: Ring[] = [];
  for (let row = row0; row < row1; row++) {
    for (let column = column0; column < column1; column++) {
      if (!mask.pixels[row * columns + column] || isIn(mask, row - 1, column)) continue;
      if (seen[(row - row0) * (column1 - column0) + column - column0]) continue;
      rings.push(
        followed(mask, row, column, (r, c) => {
          seen[(r - row0) * (column1 - column0) + c - column0] = 1;
        }),
      );
    }
  }
  return rings;
}

function isIn({ pixels, rows, columns }: Mask, row: number, column: number): boolean {
  return (
    row >= 0 &&
    column >= 0 &&
    row < rows &&
    column < columns &&
    pixels[row * columns + column] === 1
  );
}

/** Steps east, south, west and north, and the pixels ahead to the left and right of a corner. */
const STEPS = [
  { row: 0, column: 1, left: [-1, 0], right: [0, 0] },
  { row: 1, column: 0, left: [0, 0], right: [0, -1] },
  { row: 0, column: -1, left: [0, -1], right: [-1, -1] },
  { row: -1, column: 0, left: [-1, -1], right: [-1, 0] },
] as const;

/** The outline that begins along a pixel's upper edge; told of each upper edge it goes along. */
function followed(
  mask: Mask,
  startRow: number,
  startColumn: number,
  top: (row: number, column: number) => void,
): Ring {
  const ring: [number, number][] = [];
  let [row, column, way] = [startRow, startColumn, 0];
  do {
    const step = STEPS[way] as (typeof STEPS)[number];
    if (way === 0) top(row, column);
    row += step.row;
    column += step.column;
    const next = turned(mask, row, column, way);
    if (next !== way) ring.push([row - 0.5, column - 0.5]);
    way = next;
  } while (row !== startRow || column !== startColumn || way !== 0);
  return ring;
}

function turned(mask: Mask, row: number, column: number, way: number): number {
  const { left, right } = STEPS[way] as (typeof STEPS)[number];
  if (!isIn(mask, row + right[0], column + right[1])) return (way + 1) % 4;
  return isIn(mask, row + left[0], column + left[1]) ? (way + 3) % 4 : way;
}

/** The smallest rectangle that holds a mask; empty where the mask is. */
export function boundsOf({ pixels, columns }: Mask): Rect {
  let [row0, row1, column0, column1] = [Infinity, 0, Infinity, 0];
  for (let at = pixels.indexOf(1); at >= 0; at = pixels.indexOf(1, at)) {
    const row = Math.floor(at / columns);
    const end = (row + 1) * columns;
    column0 = Math.min(column0, at - row * columns);
    column1 = Math.max(column1, pixels.lastIndexOf(1, end - 1) - row * columns + 1);
    row0 = Math.min(row0, row);
    row1 = row + 1;
    at = end;
    if (at >= pixels.length) break;
  }
  return row1 ? { row0, column0, row1, column1 } : { row0: 0, column0: 0, row1: 0, column1: 0 };
}

/** How many pixels a mask holds. */
export function countOf({ pixels }: Mask): number {
  let count = 0;
  for (const one of pixels) count += one;
  return count;
}

import type { Place } from "./affine";

/** (row0, column0, row1, column1), half-open in pixels. */
export type Box = readonly [number, number, number, number];

/** Whether a place lies in a closed outline (even-odd rule). */
export function inside([row, column]: Place, outline: readonly Place[]): boolean {
  let odd = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [r0, c0] = outline[i] as Place;
    const [r1, c1] = outline[j] as Place;
    if (r0 > row !== r1 > row && column < ((c1 - c0) * (row - r0)) / (r1 - r0) + c0) odd = !odd;
  }
  return odd;
}

/** Pixels that a closed outline holds. */
export function areaOf(outline: readonly Place[]): number {
  let twice = 0;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [r0, c0] = outline[i] as Place;
    const [r1, c1] = outline[j] as Place;
    twice += c1 * r0 - c0 * r1;
  }
  return Math.abs(twice) / 2;
}

/**
 * A box's corners as places.
 *
 * A box is half-open: pixel 3 alone is 3 to 4. A place counts from pixels' centres, so the edges
 * lie half a pixel earlier.
 */
export function cornersOf([row0, column0, row1, column1]: Box): Place[] {
  const [top, left, bottom, right] = [row0 - 0.5, column0 - 0.5, row1 - 0.5, column1 - 0.5];
  return [
    [top, left],
    [top, right],
    [bottom, right],
    [bottom, left],
  ];
}

/** The middle of what the outlines span; `null` where there is none. */
export function middleOf(outlines: readonly (readonly Place[])[]): Place | null {
  const places = outlines.flat();
  if (places.length === 0) return null;
  const rows = places.map(([row]) => row);
  const columns = places.map(([, column]) => column);
  return [
    (Math.min(...rows) + Math.max(...rows)) / 2,
    (Math.min(...columns) + Math.max(...columns)) / 2,
  ];
}

/** An outline as the data of an SVG path with columns as x and rows as y. */
export function pathOf(outlines: readonly (readonly Place[])[]): string {
  return outlines
    .map((outline) => `M${outline.map(([row, column]) => `${column} ${row}`).join("L")}Z`)
    .join("");
}

/** An open line as the data of an SVG path with columns as x and rows as y. */
export function lineOf(places: readonly Place[]): string {
  return `M${places.map(([row, column]) => `${column} ${row}`).join("L")}`;
}

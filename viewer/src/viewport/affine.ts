/** A point of an image, in pixels; an integer is a pixel's centre. */
export type Place = readonly [row: number, column: number];
/** A point of a pane, in CSS pixels from its upper left corner. */
export type Spot = readonly [x: number, y: number];

/** From an image's places to a pane's spots: `x = a*column + c*row + e`, `y = b*column + d*row + f`. */
export interface Affine {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
}

/** The transform that takes the places (0, 0), (0, 1) and (1, 0) to the given spots. */
export function affineOf(first: Spot, nextColumn: Spot, nextRow: Spot): Affine {
  return {
    a: nextColumn[0] - first[0],
    b: nextColumn[1] - first[1],
    c: nextRow[0] - first[0],
    d: nextRow[1] - first[1],
    e: first[0],
    f: first[1],
  };
}

export function toSpot(m: Affine, [row, column]: Place): Spot {
  return [m.a * column + m.c * row + m.e, m.b * column + m.d * row + m.f];
}

/** The place under a spot; `null` where the image is drawn without any extent. */
export function toPlace(m: Affine, [x, y]: Spot): Place | null {
  const determinant = m.a * m.d - m.b * m.c;
  if (!Number.isFinite(determinant) || Math.abs(determinant) < 1e-12) return null;
  const [dx, dy] = [x - m.e, y - m.f];
  return [(m.a * dy - m.b * dx) / determinant, (m.d * dx - m.c * dy) / determinant];
}

/** The value of an SVG `transform` whose user space has columns as x and rows as y. */
export function matrixText(m: Affine): string {
  return `matrix(${m.a} ${m.b} ${m.c} ${m.d} ${m.e} ${m.f})`;
}

/** How many CSS pixels an image pixel is wide and high on average. */
export function scaleOf(m: Affine): number {
  return Math.sqrt(Math.abs(m.a * m.d - m.b * m.c));
}

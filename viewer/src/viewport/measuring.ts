import type { Place } from "./affine";
import type { Spacing } from "./frames";

export type MeasureTool = "length" | "angle" | "ellipse" | "probe";

/** What a person measured on one frame. */
export interface Measurement {
  id: number;
  tool: MeasureTool;
  imageId: string;
  places: readonly Place[];
}

/** An image's values, row by row. */
export interface Pixels {
  values: ArrayLike<number>;
  rows: number;
  columns: number;
}

/** A size with its unit: mm where the spacing is known, else pixels. */
export interface Sized {
  value: number;
  unit: "mm" | "px" | "mm²" | "px²";
}

/** How many places each tool needs. */
export const PLACES: Record<MeasureTool, number> = { length: 2, angle: 3, ellipse: 2, probe: 1 };

function stepsOf(a: Place, b: Place, spacing: Spacing | null): [number, number] {
  return [(b[0] - a[0]) * (spacing?.row ?? 1), (b[1] - a[1]) * (spacing?.column ?? 1)];
}

export function lengthOf(a: Place, b: Place, spacing: Spacing | null): Sized {
  return { value: Math.hypot(...stepsOf(a, b, spacing)), unit: spacing ? "mm" : "px" };
}

/** The angle at `b` between `a` and `c`, 0 to 180 degrees; 0 where two of them coincide. */
export function angleOf(a: Place, b: Place, c: Place, spacing: Spacing | null): number {
  const [r0, c0] = stepsOf(b, a, spacing);
  const [r1, c1] = stepsOf(b, c, spacing);
  return (Math.abs(Math.atan2(r0 * c1 - c0 * r1, r0 * r1 + c0 * c1)) * 180) / Math.PI;
}

/** The area of the ellipse that two opposite corners span. */
export function ellipseArea(a: Place, b: Place, spacing: Spacing | null): Sized {
  const [height, width] = stepsOf(a, b, spacing).map(Math.abs) as [number, number];
  return { value: (Math.PI * height * width) / 4, unit: spacing ? "mm²" : "px²" };
}

/** Mean, standard deviation, extremes and count of the pixels whose centres an ellipse holds. */
export interface Statistics {
  mean: number;
  deviation: number;
  least: number;
  most: number;
  count: number;
}

/** The values in the ellipse that two opposite corners span; `null` where it holds no pixel. */
export function ellipseValues(a: Place, b: Place, pixels: Pixels): Statistics | null {
  const [row, column] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const [height, width] = [Math.abs(a[0] - b[0]) / 2, Math.abs(a[1] - b[1]) / 2];
  const found: number[] = [];
  const lastRow = Math.min(pixels.rows - 1, Math.floor(row + height));
  const lastColumn = Math.min(pixels.columns - 1, Math.floor(column + width));
  for (let r = Math.max(0, Math.ceil(row - height)); r <= lastRow; r++) {
    for (let c = Math.max(0, Math.ceil(column - width)); c <= lastColumn; c++) {
      const [y, x] = [height ? (r - row) / height : 0, width ? (c - column) / width : 0];
      if (y * y + x * x <= 1) found.push(pixels.values[r * pixels.columns + c] as number);
    }
  }
  return found.length ? statisticsOf(found) : null;
}

function statisticsOf(values: number[]): Statistics {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return { mean, deviation: Math.sqrt(square), least, most, count };
}

/** The value of the pixel that holds a place; `null` beside the image. */
export function valueAt([row, column]: Place, pixels: Pixels): number | null {
  const [r, c] = [Math.round(row), Math.round(column)];
  if (r < 0 || c < 0 || r >= pixels.rows || c >= pixels.columns) return null;
  return pixels.values[r * pixels.columns + c] ?? null;
}

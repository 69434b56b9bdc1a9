/** The brush's radius in image pixels; the least paints one pixel. */
export const RADIUS = { least: 0.5, most: 64, first: 4 };

/** A radius some steps larger or smaller: of half a pixel while it is small, else of an eighth. */
export function widened(radius: number, steps: number): number {
  let now = radius;
  for (let step = 0; step < Math.abs(steps); step++) {
    const size = Math.max(0.5, Math.round(now / 8));
    now += steps > 0 ? size : -size;
  }
  return Math.min(Math.max(now, RADIUS.least), RADIUS.most);
}

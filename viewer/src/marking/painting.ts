import type { Place } from "../viewport/affine";
import type { Mask, Rect } from "./masks";

/**
 * Paints along a line with a round brush: each pixel whose centre is within the radius of it, and
 * the pixel under the brush however small the brush is.
 *
 * @param value - 1 to paint, 0 to erase.
 * @returns The rectangle that may have changed; empty where the line is off the frame.
 */
export function paint(
  mask: Mask,
  from: Place,
  to: Place,
  radius: number,
  value: 0 | 1,
): Rect {
  const rect = reach(mask, from, to, radius);
  const { pixels, rows, columns } = mask;
  const [way, across] = [to[0] - from[0], to[1] - from[1]];
  const square = way * way + across * across;
  for (let row = rect.row0; row < rect.row1; row++) {
    for (let column = rect.column0; column < rect.column1; column++) {
      const [down, right] = [row - from[0], column - from[1]];
      const along = square ? Math.min(1, Math.max(0, (down * way + right * across) / square)) : 0;
      const [dy, dx] = [down - along * way, right - along * across];
      if (dy * dy + dx * dx <= radius * radius) pixels[row * columns + column] = value;
    }
  }
  for (const [row, column] of [from, to]) {
    const [r, c] = [Math.round(row), Math.round(column)];
    if (r >= 0 && c >= 0 && r < rows && c < columns) pixels[r * columns + c] = value;
  }
  return rect;
}

function reach({ rows, columns }: Mask, from: Place, to: Place, radius: number): Rect {
  const far = Math.max(radius, 0.5);
  const within = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  return {
    row0: within(Math.floor(Math.min(from[0], to[0]) - far), rows),
    column0: within(Math.floor(Math.min(from[1], to[1]) - far), columns),
    row1: within(Math.ceil(Math.max(from[0], to[0]) + far) + 1, rows),
    column1: within(Math.ceil(Math.max(from[1], to[1]) + far) + 1, columns),
  };
}

/** Whether a rectangle holds no pixel. */
export function isEmpty({ row0, column0, row1, column1 }: Rect): boolean {
  return row0 >= row1 || column0 >= column1;
}

/** Adds another mask of the same frame, or takes it away. */
export function combine(mask: Mask, other: Mask, value: 0 | 1): void {
  other.pixels.forEach((one, at) => {
    if (one) mask.pixels[at] = value;
  });
}

import type { Voi } from "./windowing";

/** An image to be drawn small; `channels` values a pixel. */
export interface Picture {
  values: ArrayLike<number>;
  rows: number;
  columns: number;
  channels: number;
  /** Whether high values are dark (MONOCHROME1). */
  inverted: boolean;
}

/** Width and height in pixels that a small picture has, its longer side being `side`. */
export function smallSize(
  height: number,
  width: number,
  side: number,
): { width: number; height: number } {
  const scale = side / Math.max(height, width);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/** The bytes (red, green, blue, opacity) of a picture drawn small through a window. */
export function smallPicture(
  picture: Picture,
  size: { width: number; height: number },
  voi: Voi,
): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(size.width * size.height * 4);
  const span = Math.max(voi.high - voi.low, Number.EPSILON);
  for (let y = 0; y < size.height; y++) {
    const row = Math.floor(((y + 0.5) * picture.rows) / size.height);
    for (let x = 0; x < size.width; x++) {
      const column = Math.floor(((x + 0.5) * picture.columns) / size.width);
      const from = (row * picture.columns + column) * picture.channels;
      const to = (y * size.width + x) * 4;
      for (let channel = 0; channel < 3; channel++) {
        const value = picture.values[from + Math.min(channel, picture.channels - 1)] ?? 0;
        const part = picture.channels > 1 ? value / 255 : (value - voi.low) / span;
        bytes[to + channel] = 255 * (picture.inverted ? 1 - part : part);
      }
      bytes[to + 3] = 255;
    }
  }
  return bytes;
}

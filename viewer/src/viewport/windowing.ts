/** The values drawn black and white. */
export interface Voi {
  low: number;
  high: number;
}

/** What an image's values are: extremes and where most of them lie. */
export interface ValueRange {
  least: number;
  most: number;
  /** 1st, 25th, 75th and 99th hundredth. */
  p1: number;
  p25: number;
  p75: number;
  p99: number;
}

export type PresetName = "stored" | "auto" | "contrast" | "bright" | "full" | "bone" | "soft";

/** A way to set the window, with the key that does it. */
export interface Preset {
  name: PresetName;
  voi: Voi;
}

const NARROWEST = 1e-3;
/** Pixels of drag that go through the whole range of values. */
const DRAG_PIXELS = 400;
const MOST_SAMPLES = 10_000;

/** The values that a window's centre and width draw black and white (PS3.3 C.11.2.1.2.1). */
export function fromWindow(centre: number, width: number): Voi {
  return { low: centre - 0.5 - (width - 1) / 2, high: centre - 0.5 + (width - 1) / 2 };
}

/** Centre and width of a window, as `fromWindow` takes them. */
export function toWindow(voi: Voi): { centre: number; width: number } {
  return { centre: (voi.low + voi.high + 1) / 2, width: voi.high - voi.low + 1 };
}

/**
 * The window after a drag: to the right it grows wider, downwards darker values come to the middle.
 *
 * @param dx - Pixels to the right.
 * @param dy - Pixels downwards.
 */
export function dragged(voi: Voi, dx: number, dy: number, range: ValueRange): Voi {
  const step = Math.max(range.most - range.least, NARROWEST) / DRAG_PIXELS;
  const width = Math.max(voi.high - voi.low + dx * step, step);
  const centre = (voi.low + voi.high) / 2 + dy * step;
  return { low: centre - width / 2, high: centre + width / 2 };
}

/** Extremes and hundredths of an image's values, of a sample where it is large. */
export function rangeOf(values: ArrayLike<number>): ValueRange {
  const stride = Math.max(1, Math.floor(values.length / MOST_SAMPLES));
  const sample = new Float64Array(Math.ceil(values.length / stride));
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
    if (i % stride === 0) sample[i / stride] = value;
  }
  sample.sort();
  const at = (part: number) => sample[Math.round(part * (sample.length - 1))] ?? 0;
  if (values.length === 0) [least, most] = [0, 0];
  return { least, most, p1: at(0.01), p25: at(0.25), p75: at(0.75), p99: at(0.99) };
}

/** The presets of a series: by values for CT, which has a scale, and by this image for others. */
export function presetsOf(unit: string | null, range: ValueRange, stored: Voi | null): Preset[] {
  const presets: Preset[] = stored ? [{ name: "stored", voi: stored }] : [];
  presets.push({ name: "auto", voi: opened(range.p1, range.p99) });
  if (unit === "HU") {
    presets.push({ name: "bone", voi: fromWindow(500, 2000) });
    presets.push({ name: "soft", voi: fromWindow(50, 400) });
  } else {
    presets.push({ name: "contrast", voi: opened(range.p25, range.p99) });
    presets.push({ name: "bright", voi: opened(range.p1, range.p75) });
  }
  presets.push({ name: "full", voi: opened(range.least, range.most) });
  return presets;
}

function opened(low: number, high: number): Voi {
  return { low, high: Math.max(high, low + NARROWEST) };
}

import type { Place } from "./affine";
import { type Measurement, type MeasureTool, PLACES } from "./measuring";

/** What the main button of the pointer does. */
export type Tool = "window" | "scroll" | "zoom" | "pan" | MeasureTool;

/** Each tool with the key that takes it. */
export const TOOL_KEYS: readonly (readonly [Tool, string])[] = [
  ["window", "w"],
  ["scroll", "s"],
  ["zoom", "z"],
  ["pan", "p"],
  ["length", "l"],
  ["angle", "a"],
  ["ellipse", "e"],
  ["probe", "q"],
];

export function isMeasure(tool: Tool): tool is MeasureTool {
  return tool in PLACES;
}

/** What a drag with a button of the pointer does: middle pans, right zooms. */
export function toolOf(button: number, tool: Tool): Tool {
  if (button === 1) return "pan";
  return button === 2 ? "zoom" : tool;
}

/** The factor of a zoom drag; upwards enlarges. */
export function zoomFactor(dy: number): number {
  return Math.exp(-dy / 150);
}

/** Slices that a drag goes on by, and the pixels that are left over. */
export function dragSlices(pixels: number, count: number, height: number): [number, number] {
  const each = Math.max(2, Math.min(24, height / Math.max(count, 1)));
  const steps = Math.trunc(pixels / each);
  return [steps, pixels - steps * each];
}

const NOTCH = 60;

/** Slices that a turn of the wheel goes on by, and the turn that is left over. */
export function wheelSlices(turn: number, deltaMode: number): [number, number] {
  if (deltaMode !== 0) return [Math.sign(turn), 0];
  // A mouse's wheel comes in notches of about 100; a touch pad in many small turns.
  if (Math.abs(turn) >= NOTCH) return [Math.sign(turn), 0];
  return [0, turn];
}

/** The measurement with its last place moved. */
export function reaching(measurement: Measurement, place: Place): Measurement {
  return { ...measurement, places: [...measurement.places.slice(0, -1), place] };
}

/** Whether a measurement has all of its places. */
export function isWhole({ tool, places }: Measurement): boolean {
  return places.length === PLACES[tool];
}

import type { Say } from "../words";
import type { Frame } from "./frames";
import {
  angleOf,
  ellipseArea,
  ellipseValues,
  lengthOf,
  type Measurement,
  type Pixels,
  valueAt,
} from "./measuring";

interface Writing {
  say: Say;
  number: (value: number) => string;
}

/** What a measurement says, line by line; nothing while it is not yet whole. */
export function readingOf(
  { tool, places }: Measurement,
  frame: Frame,
  pixels: Pixels | null,
  { say, number }: Writing,
): string[] {
  const round = (value: number, digits = 1) => number(Number(value.toFixed(digits)));
  const value = (v: number, digits = 1) =>
    frame.valueUnit ? `${round(v, digits)} ${frame.valueUnit}` : round(v, digits);
  const [a, b, c] = places;
  if (tool === "probe" && a) {
    const found = pixels ? valueAt(a, pixels) : null;
    const where = say("measure.at", { row: Math.round(a[0]), column: Math.round(a[1]) });
    return found === null ? [where] : [value(found, 2), where];
  }
  if (!a || !b) return [];
  if (tool === "length") {
    const { value: size, unit } = lengthOf(a, b, frame.spacing);
    return [`${round(size)} ${unit}`];
  }
  if (tool === "angle") return c ? [`${round(angleOf(a, b, c, frame.spacing))}°`] : [];
  const { value: size, unit } = ellipseArea(a, b, frame.spacing);
  const lines = [`${round(size)} ${unit}`];
  const found = pixels ? ellipseValues(a, b, pixels) : null;
  if (!found) return lines;
  return [
    ...lines,
    say("measure.mean", { mean: value(found.mean), deviation: round(found.deviation) }),
    say("measure.extremes", { least: value(found.least), most: value(found.most) }),
  ];
}

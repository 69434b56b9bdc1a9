import type { Form, FormField, ObservationEntry } from "../api/types";
import { keysOf, type Side, sideOf, unitSign } from "../observations/answers";
import { historyOf } from "../observations/history";

/** A value, and the day that it was measured; `null` where that is withheld. */
export interface Point {
  on: string | null;
  value: number;
  observation: number;
}

/** The values of one side, or of neither, the earliest first. */
export interface Line {
  side: Side | null;
  points: Point[];
}

/** A numeric answer of a form in time. */
export interface Instrument {
  key: string;
  label: string;
  form: string;
  help: string;
  unit: string;
  low: number;
  high: number;
  /** Whether it is a score: all of its range is shown, as its ends have a meaning. */
  score: boolean;
  /** Whether only whole numbers are values. */
  whole: boolean;
  lines: Line[];
}

const SCORES = new Set([10, 100]);

/** Every numeric field that was ever answered; what was withdrawn or said anew does not count. */
export function instrumentsOf(
  forms: readonly Form[],
  entries: readonly ObservationEntry[],
): Instrument[] {
  const standing = historyOf(entries)
    .standing.map(({ entry }) => entry)
    // The latest comes first; of one day, what was written down last.
    .toReversed();
  return forms.flatMap((form) =>
    form.fields
      .filter(({ kind }) => kind === "number" || kind === "whole")
      .map((field) => instrument(form, field, standing))
      .filter(({ lines }) => lines.length > 0),
  );
}

function instrument(
  form: Form,
  field: FormField,
  standing: readonly ObservationEntry[],
): Instrument {
  const low = field.low ?? 0;
  const high = field.high ?? low;
  const lines = keysOf(field).map((key): Line => ({
    side: field.sided ? sideOf(key) : null,
    points: standing.flatMap(({ id, form: of, values, observed_on }) => {
      const value = of === form.name ? values[key] : undefined;
      return typeof value === "number" ? [{ on: observed_on, value, observation: id }] : [];
    }),
  }));
  return {
    key: `${form.name}/${field.name}`,
    label: field.label,
    form: form.title,
    help: field.help,
    unit: unitSign(field.unit),
    low,
    high,
    whole: field.kind === "whole",
    score: low === 0 && SCORES.has(high),
    lines: lines.filter(({ points }) => points.length > 0),
  };
}

/** Whether there is a course to draw, and not one value alone. */
export function hasCourse({ lines }: Instrument): boolean {
  return lines.some(({ points }) => points.length > 1);
}

/** How the chart is laid out: its ends, and where a value and a day lie in it, from 0 to 1. */
export interface Axes {
  ticks: number[];
  y: (value: number) => number;
  x: (point: Point) => number;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** The axes of an instrument: a score has all of its range, others as much as they reach. */
export function axesOf({ low, high, score, whole, lines }: Instrument): Axes {
  const points = lines.flatMap(({ points: of }) => of);
  const most = Math.max(...points.map(({ value }) => value));
  const least = Math.min(...points.map(({ value }) => value));
  const wide = !score && most - low < (high - low) / 3;
  const top = wide && least >= low ? Math.min(high, low + roundUp(most - low)) : high;
  // Earlier versions of a form may have let in what this one does not.
  const ends = { bottom: Math.min(low, least), top: Math.max(top, most) };
  const days = points.map(({ on }) => (on ? Date.parse(on) : Number.NaN));
  const known = days.every((day) => !Number.isNaN(day));
  const order = [...new Set(points.map(({ observation }) => observation))].toSorted((a, b) => a - b);
  const [first, last] = known ? [Math.min(...days), Math.max(...days)] : [0, order.length - 1];
  const place = ({ on, observation }: Point) =>
    known ? Date.parse(on ?? "") : order.indexOf(observation);
  const middle = (ends.bottom + ends.top) / 2;
  const between = whole && !Number.isInteger(middle) ? [] : [middle];
  return {
    ticks: [ends.bottom, ...between, ends.top],
    y: (value) => (ends.top === ends.bottom ? 0.5 : (value - ends.bottom) / (ends.top - ends.bottom)),
    x: (point) => (last === first ? 0.5 : (place(point) - first) / (last - first)),
  };
}

/** A round number that is no less. */
function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (STEPS.find((step) => step * power >= value) ?? 10);
}

import { expect, test } from "vitest";
import { BACK, entry, KNEE } from "../observations/testing";
import { axesOf, hasCourse, type Instrument, instrumentsOf } from "./instruments";

/** The latest first, as the service gives them. */
const ENTRIES = [
  entry(3, { observed_on: "2026-05-01", values: { "leg-pain": 2, walking: 900, "power.left": 5 } }),
  entry(2, { observed_on: "2026-03-01", values: { "leg-pain": 6, walking: 150, "power.left": 3, "power.right": 5 } }),
  entry(1, { observed_on: "2026-01-01", values: { "leg-pain": 8, onset: "sudden", saddle: true } }),
];
const of = (key: string, entries = ENTRIES): Instrument => {
  const found = instrumentsOf([BACK, KNEE], entries).find((one) => one.key === key);
  if (!found) throw new Error(`no ${key}`);
  return found;
};
const point = (observation: number, value: number, on: string | null) => ({ observation, value, on });

test("numbers alone are drawn, those that were ever asked, the earliest first", () => {
  const found = instrumentsOf([BACK, KNEE], ENTRIES);
  expect(found.map(({ key }) => key)).toEqual(["back/leg-pain", "back/walking", "back/power"]);
  expect(found[0]?.lines).toEqual([
    {
      side: null,
      points: [point(1, 8, "2026-01-01"), point(2, 6, "2026-03-01"), point(3, 2, "2026-05-01")],
    },
  ]);
});

test("left and right are lines of their own", () => {
  expect(of("back/power").lines).toEqual([
    { side: "left", points: [point(2, 3, "2026-03-01"), point(3, 5, "2026-05-01")] },
    { side: "right", points: [point(2, 5, "2026-03-01")] },
  ]);
});

test("what was withdrawn or said anew is not drawn, and another form's answers are its own", () => {
  const entries = [
    entry(4, { withdrawn: true, supersedes: 3 }),
    entry(3, { superseded: true }),
    entry(2, { form: "knee", values: { "leg-pain": 9, "ikdc-total": 60 } }),
  ];
  expect(instrumentsOf([BACK, KNEE], entries).map(({ key }) => key)).toEqual(["knee/ikdc-total"]);
});

test("one value is no course", () => {
  expect(hasCourse(of("back/leg-pain"))).toBe(true);
  expect(hasCourse(of("back/leg-pain", ENTRIES.slice(2)))).toBe(false);
});

test("a score keeps all of its range, and a distance only as much as it reaches", () => {
  expect(of("back/leg-pain").score).toBe(true);
  expect(axesOf(of("back/leg-pain")).ticks).toEqual([0, 5, 10]);
  expect(of("back/walking").score).toBe(false);
  expect(axesOf(of("back/walking")).ticks).toEqual([0, 500, 1000]);
});

test("half of a grade is no tick", () => {
  expect(axesOf(of("back/power")).ticks).toEqual([0, 5]);
});

test("points lie by their day and value", () => {
  const axes = axesOf(of("back/leg-pain"));
  const [first, second, last] = of("back/leg-pain").lines[0]?.points ?? [];
  if (!first || !second || !last) throw new Error("three points");
  expect([axes.x(first), axes.x(last)]).toEqual([0, 1]);
  expect(axes.x(second)).toBeCloseTo(59 / 120, 5);
  expect([axes.y(0), axes.y(8), axes.y(10)]).toEqual([0, 0.8, 1]);
});

test("where days are withheld, points lie in the order that they were written", () => {
  const hidden = of("back/leg-pain", ENTRIES.map((one) => ({ ...one, observed_on: null })));
  const axes = axesOf(hidden);
  expect(hidden.lines[0]?.points.map((one) => axes.x(one))).toEqual([0, 0.5, 1]);
});

test("a value that an earlier form let in stays within the drawing", () => {
  const axes = axesOf(of("back/leg-pain", [entry(1, { values: { "leg-pain": 14 } })]));
  expect(axes.ticks.at(-1)).toBe(14);
  expect(axes.y(14)).toBe(1);
});

test("one day alone lies in the middle", () => {
  const only = of("back/leg-pain", ENTRIES.slice(0, 1));
  expect(only.lines[0]?.points.map((one) => axesOf(only).x(one))).toEqual([0.5]);
});

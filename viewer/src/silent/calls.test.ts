import { expect, test } from "vitest";
import { askedAt, countAt, placesOf, sides, valuesOf, withCall, withRestNo } from "./calls";
import { ASKED, beside } from "./testing";

test("the places are the levels, and the whole study where a finding has none", () => {
  expect(placesOf(ASKED)).toEqual(["L4-L5", "L5-S1", ""]);
  expect(placesOf(ASKED.slice(0, 2))).toEqual(["L4-L5", "L5-S1"]);
  expect(askedAt(ASKED, "").map(({ name }) => name)).toEqual(["effusion"]);
});

test("a call is put in, changed, and taken out", () => {
  const once = withCall(new Map(), "L5-S1/bulge", true);
  expect(withCall(once, "L5-S1/bulge", false).get("L5-S1/bulge")).toBe(false);
  expect(withCall(once, "L5-S1/bulge", null).size).toBe(0);
  expect(once.get("L5-S1/bulge")).toBe(true);
});

test("the rest of a level becomes no, and neither a grade nor what is called changes", () => {
  const calls = withRestNo(withCall(new Map(), "L5-S1/bulge", true), ASKED, "L5-S1");
  expect([...calls]).toEqual([["L5-S1/bulge", true]]);
  expect([...withRestNo(new Map(), ASKED, "L5-S1")]).toEqual([["L5-S1/bulge", false]]);
  expect(countAt(calls, "L5-S1")).toBe(1);
  expect(countAt(calls, "")).toBe(0);
});

test("calls go to the service with their level, or none for the whole study", () => {
  const calls = withCall(withCall(new Map(), "L5-S1/grade", 3), "/effusion", false);
  expect(valuesOf(calls)).toEqual([
    { name: "grade", level: "L5-S1", value: 3 },
    { name: "effusion", level: null, value: false },
  ]);
});

test("what the reader did not call stands apart", () => {
  const rows = [beside({ own: null }), beside({ own: false })];
  expect(sides(rows)).toEqual({ both: [rows[1]], rest: [rows[0]] });
});

import { expect, test } from "vitest";
import { isNearest, pointAt } from "./operating";
import { curve } from "./testing";

test("without a threshold the bundle's own point is told", () => {
  expect(pointAt(curve(), null)?.threshold).toBe(0.42);
  expect(isNearest([curve()], null)).toBe(false);
});

test("the nearest measured point is told, and that it is the nearest", () => {
  expect(pointAt(curve(), 0.7)?.threshold).toBe(0.7);
  expect(isNearest([curve()], 0.7)).toBe(false);
  expect(pointAt(curve(), 0.95)?.threshold).toBe(0.7);
  expect(isNearest([curve()], 0.95)).toBe(true);
});

test("the chosen point, measured by other rules, stands for no other threshold", () => {
  expect(pointAt(curve(), 0.43)?.threshold).toBe(0.5);
});

test("a curve without points has none", () => {
  expect(pointAt(curve({ points: [] }), 0.5)).toBeUndefined();
});

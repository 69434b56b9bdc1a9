import { describe, expect, it } from "vitest";
import type { Place } from "./affine";
import { areaOf, cornersOf, inside, lineOf, middleOf, pathOf } from "./polygons";

const SQUARE: Place[] = [
  [2, 2],
  [2, 6],
  [6, 6],
  [6, 2],
];
// A U, open upwards.
const U: Place[] = [
  [0, 0],
  [0, 1],
  [3, 1],
  [3, 3],
  [0, 3],
  [0, 4],
  [4, 4],
  [4, 0],
];

describe("an outline", () => {
  it("holds what lies in it and not what lies beside it", () => {
    expect(inside([4, 4], SQUARE)).toBe(true);
    expect(inside([4, 7], SQUARE)).toBe(false);
    expect(inside([1, 4], SQUARE)).toBe(false);
  });

  it("does not hold what lies in its bay", () => {
    expect(inside([1, 2], U)).toBe(false);
    expect(inside([3.5, 2], U)).toBe(true);
  });

  it("has the area that its corners enclose, whichever way it goes round", () => {
    expect(areaOf(SQUARE)).toBe(16);
    expect(areaOf(SQUARE.toReversed())).toBe(16);
    expect(areaOf(U)).toBe(10);
  });

  it("is a path with columns as x", () => {
    expect(pathOf([[[1, 2], [3, 4], [5, 6]], [[7, 8]]])).toBe("M2 1L4 3L6 5ZM8 7Z");
  });
});

describe("a box", () => {
  it("of one pixel goes half a pixel around the pixel's centre", () => {
    const corners = cornersOf([3, 5, 4, 6]);
    expect(corners[0]).toEqual([2.5, 4.5]);
    expect(corners[2]).toEqual([3.5, 5.5]);
    expect(areaOf(corners)).toBe(1);
    expect(inside([3, 5], corners)).toBe(true);
  });
});

describe("the middle", () => {
  it("is that of all outlines together", () => {
    expect(middleOf([SQUARE, [[10, 0]]])).toEqual([6, 3]);
  });

  it("of nothing is nothing", () => {
    expect(middleOf([])).toBeNull();
  });
});

it("an open line is drawn from end to end and not back", () => {
  expect(
    lineOf([
      [1, 2],
      [3, 4],
    ]),
  ).toBe("M2 1L4 3");
});

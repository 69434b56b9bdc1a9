import { describe, expect, it } from "vitest";
import type { Place } from "../viewport/affine";
import { countOf, emptyMask } from "./masks";
import { combine, isEmpty, paint } from "./painting";
import { chance, drawnMask, linesOf } from "./testing";

function painted(from: Place, to: Place, radius: number): string[] {
  const mask = emptyMask(5, 7);
  paint(mask, from, to, radius, 1);
  return linesOf(mask);
}

describe("a brush", () => {
  it("paints one pixel at its smallest, the one under the pointer", () => {
    expect(painted([2.4, 3.45], [2.4, 3.45], 0.5)).toEqual([
      ".......",
      ".......",
      "...#...",
      ".......",
      ".......",
    ]);
  });

  it("paints a disc around the pointer", () => {
    expect(painted([2, 3], [2, 3], 1.5)).toEqual([
      ".......",
      "..###..",
      "..###..",
      "..###..",
      ".......",
    ]);
  });

  it("leaves no gap along a quick stroke", () => {
    expect(painted([0, 0], [4, 6], 0.5).join("").match(/#/g)?.length).toBeGreaterThanOrEqual(7);
    expect(painted([2, 0], [2, 6], 0.5)[2]).toBe("#######");
  });

  it("is cut at the frame's border, and paints nothing where it is beside it", () => {
    expect(painted([0, 0], [0, 0], 1)).toEqual(["##.....", "#......", ".......", ".......", "......."]);
    const mask = emptyMask(4, 4);
    expect(isEmpty(paint(mask, [-20, 2], [-20, 2], 3, 1))).toBe(true);
    expect(countOf(mask)).toBe(0);
  });

  it("erases what it painted", () => {
    const mask = emptyMask(9, 9);
    paint(mask, [1, 1], [7, 7], 2, 1);
    paint(mask, [1, 1], [7, 7], 2, 0);
    expect(countOf(mask)).toBe(0);
  });

  it("tells a rectangle that holds each pixel that it changed", () => {
    const next = chance(41);
    const somewhere = (): Place => [next() * 30 - 5, next() * 30 - 5];
    for (let trial = 0; trial < 200; trial++) {
      const mask = emptyMask(20, 20);
      const rect = paint(mask, somewhere(), somewhere(), next() * 6, 1);
      for (let row = rect.row0; row < rect.row1; row++) {
        mask.pixels.fill(0, row * 20 + rect.column0, row * 20 + rect.column1);
      }
      expect(countOf(mask)).toBe(0);
    }
  });
});

describe("two masks", () => {
  it("are added, and one is taken from the other", () => {
    const mask = drawnMask("##..");
    combine(mask, drawnMask(".##."), 1);
    expect(linesOf(mask)).toEqual(["###."]);
    combine(mask, drawnMask("#..#"), 0);
    expect(linesOf(mask)).toEqual([".##."]);
  });
});

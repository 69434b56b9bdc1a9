import { describe, expect, it } from "vitest";
import { inside } from "../viewport/polygons";
import type { Ring } from "./marks";
import { boundsOf, countOf, emptyMask, maskOf, ringsOf } from "./masks";
import { chance, drawnMask, linesOf, speckled } from "./testing";

const SHAPES: Record<string, string[]> = {
  "a single pixel": ["...", ".#.", "..."],
  "a pixel in each corner": ["#.#", "...", "#.#"],
  "the whole frame": ["###", "###"],
  "a ring with a hole": ["####", "#..#", "####"],
  "an island in a hole": ["#####", "#...#", "#.#.#", "#...#", "#####"],
  "pixels that touch at corners": ["#.#", ".#.", "#.#"],
  "holes that touch at a corner": ["####", "#.##", "##.#", "####"],
  "a hole that is open at a corner only": [".###", "#.##", "####"],
  "a line one pixel wide": ["#####"],
  "nothing": ["...", "..."],
};

describe("a mask's outlines", () => {
  it.each(Object.entries(SHAPES))("give back %s", (_, lines) => {
    const mask = drawnMask(...lines);
    expect(linesOf(maskOf(ringsOf(mask), mask.rows, mask.columns))).toEqual(lines);
  });

  it("give back 400 masks of chance, of each density and size, by both rules", () => {
    const next = chance(7);
    for (let trial = 0; trial < 400; trial++) {
      const [rows, columns] = [1 + Math.floor(next() * 17), 1 + Math.floor(next() * 17)];
      const mask = speckled(next, rows, columns, next());
      const rings = ringsOf(mask);
      const lines = linesOf(mask);
      expect(linesOf(maskOf(rings, rows, columns))).toEqual(lines);
      expect(linesOf(maskOf(rings, rows, columns, true))).toEqual(lines);
      expect(ringsOf(maskOf(rings, rows, columns))).toEqual(rings);
    }
  });

  it("enclose as many pixels as the mask holds, holes counting against", () => {
    const mask = speckled(chance(3), 40, 30, 0.6);
    const twice = ringsOf(mask).reduce((sum, ring) => sum + shoelace(ring), 0);
    expect(twice / 2).toBe(countOf(mask));
  });

  it("turn at each of their places", () => {
    for (const ring of ringsOf(speckled(chance(5), 20, 20, 0.5))) {
      ring.forEach(([row, column], at) => {
        const [r0, c0] = ring.at(at - 1) as Ring[number];
        const [r1, c1] = ring[(at + 1) % ring.length] as Ring[number];
        expect((r0 === row) !== (r1 === row)).toBe(true);
        expect((c0 === column) !== (c1 === column)).toBe(true);
      });
    }
  });

  it("keep to a part where they are asked for one", () => {
    const mask = drawnMask("##..", "....", "..##");
    expect(ringsOf(mask, { row0: 2, column0: 0, row1: 3, column1: 4 })).toHaveLength(1);
  });
});

function shoelace(ring: Ring): number {
  return ring.reduce((sum, [row, column], at) => {
    const [r0, c0] = ring.at(at - 1) as Ring[number];
    return sum + c0 * row - column * r0;
  }, 0);
}

describe("the pixels of an outline", () => {
  it("are those whose centres lie inside, for any outline", () => {
    const next = chance(11);
    for (let trial = 0; trial < 100; trial++) {
      const ring: Ring = Array.from({ length: 3 + Math.floor(next() * 6) }, () => [
        next() * 24 - 4,
        next() * 24 - 4,
      ]);
      const mask = maskOf([ring], 16, 15);
      const held = Uint8Array.from({ length: 16 * 15 }, (_, at) =>
        inside([Math.floor(at / 15), at % 15], ring) ? 1 : 0,
      );
      expect(linesOf(mask)).toEqual(linesOf({ ...mask, pixels: held }));
    }
  });

  it("are also those that it goes through, as a model's outline does along a mask's border", () => {
    const border: Ring = [[1, 1], [1, 3], [2, 4], [3, 3], [3, 1]];
    expect(linesOf(maskOf([border], 5, 6))).toEqual([
      "......",
      ".###..",
      ".####.",
      ".###..",
      "......",
    ]);
  });

  it("are one for a model's outline of a pixel, and a line for one of a line", () => {
    expect(linesOf(maskOf([[[1, 1]]], 3, 3))).toEqual(["...", ".#.", "..."]);
    expect(linesOf(maskOf([[[0, 0], [2, 2]]], 3, 3))).toEqual(["#..", ".#.", "..#"]);
  });

  it("are cut at the frame's border", () => {
    const ring: Ring = [[-9, -9], [-9, 99], [99, 99], [99, -9]];
    expect(countOf(maskOf([ring], 5, 7))).toBe(35);
  });

  it("fill what a line goes around twice where it winds, and leave it out by the even-odd rule", () => {
    const once: Ring = [[-0.5, -0.5], [-0.5, 3.5], [3.5, 3.5], [3.5, -0.5]];
    expect(countOf(maskOf([[...once, ...once]], 5, 5, true))).toBe(16);
    expect(countOf(maskOf([[...once, ...once]], 5, 5))).toBe(0);
  });
});

describe("a mask's bounds", () => {
  it("hold all of its pixels and no row or column more", () => {
    expect(boundsOf(drawnMask("......", "..#...", "...##.", "......"))).toEqual({
      row0: 1,
      column0: 2,
      row1: 3,
      column1: 5,
    });
    expect(boundsOf(drawnMask("..#", "#.."))).toEqual({ row0: 0, column0: 0, row1: 2, column1: 3 });
  });

  it("are empty where the mask is", () => {
    expect(boundsOf(emptyMask(4, 4))).toEqual({ row0: 0, column0: 0, row1: 0, column1: 0 });
  });
});

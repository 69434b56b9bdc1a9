import { describe, expect, it } from "vitest";
import type { Ring } from "./marks";
import { countOf, maskOf, ringsOf } from "./masks";
import { paint } from "./painting";
import { apart, isFree, joined, simplified } from "./rings";
import { chance, drawnMask, linesOf, speckled } from "./testing";

function disc(size: number, radius: number) {
  const mask = maskOf([], size, size);
  const middle = [size / 2, size / 2] as const;
  paint(mask, middle, middle, radius, 1);
  return mask;
}

describe("a simplified outline", () => {
  it("holds exactly the same pixels, for masks of chance and by both rules", () => {
    const next = chance(23);
    for (let trial = 0; trial < 300; trial++) {
      const [rows, columns] = [1 + Math.floor(next() * 20), 1 + Math.floor(next() * 20)];
      const mask = speckled(next, rows, columns, next());
      const rings = simplified(ringsOf(mask));
      expect(linesOf(maskOf(rings, rows, columns))).toEqual(linesOf(mask));
      expect(linesOf(maskOf(rings, rows, columns, true))).toEqual(linesOf(mask));
    }
  });

  it("has far fewer places around something round", () => {
    const mask = disc(201, 90);
    const rings = ringsOf(mask);
    const fewer = simplified(rings);
    expect(fewer.flat().length).toBeLessThan(rings.flat().length / 3);
    expect(linesOf(maskOf(fewer, 201, 201))).toEqual(linesOf(mask));
  });

  it("is a triangle at least, even around one pixel", () => {
    const [ring] = simplified(ringsOf(drawnMask("...", ".#.", "...")));
    expect(ring?.length).toBeGreaterThanOrEqual(3);
  });

  it("is straight along a slope of stairs", () => {
    const rings = simplified(ringsOf(drawnMask("#....", "##...", "###..", "####.", "#####")));
    expect(rings[0]?.length).toBeLessThanOrEqual(6);
  });

  it("stays as it is where it does not run along pixels' edges", () => {
    const model: Ring = [[1, 1], [1, 5], [3, 5.25]];
    expect(simplified([model])).toEqual([model]);
  });
});

describe("a triangle", () => {
  it("is free where no centre lies in it or on its sides", () => {
    expect(isFree([0.5, 0.5], [0.5, 1.4], [1.4, 0.9])).toBe(false);
    expect(isFree([0.5, 0.5], [0.5, 0.9], [0.9, 0.5])).toBe(true);
    expect(isFree([-0.5, 0.5], [0.5, 0.5], [0.5, -0.5])).toBe(false);
    expect(isFree([0, 0.1], [0, 0.9], [0.5, 0.5])).toBe(true);
  });
});

describe("joined outlines", () => {
  it("are one outline of exactly the same pixels, pieces and holes kept", () => {
    const next = chance(31);
    for (let trial = 0; trial < 200; trial++) {
      const mask = speckled(next, 1 + Math.floor(next() * 14), 1 + Math.floor(next() * 14), next());
      const ring = joined(simplified(ringsOf(mask)));
      expect(linesOf(maskOf([ring], mask.rows, mask.columns))).toEqual(linesOf(mask));
    }
  });

  it("are the outline itself where there is one, and nothing where there is none", () => {
    const [only] = ringsOf(drawnMask("##")) as [Ring];
    expect(joined([only])).toEqual(only);
    expect(joined([])).toEqual([]);
  });

  it("keep a hole open", () => {
    const mask = drawnMask("#####", "#...#", "#.#.#", "#...#", "#####");
    expect(countOf(maskOf([joined(ringsOf(mask))], 5, 5))).toBe(17);
  });

  it("come apart again, without a bridge, and hold the same pixels", () => {
    const next = chance(37);
    for (let trial = 0; trial < 200; trial++) {
      const mask = speckled(next, 1 + Math.floor(next() * 14), 1 + Math.floor(next() * 14), next());
      const rings = simplified(ringsOf(mask));
      const again = apart(joined(rings));
      expect(linesOf(maskOf(again, mask.rows, mask.columns))).toEqual(linesOf(mask));
      expect(again.flat().length).toBeLessThanOrEqual(rings.flat().length);
    }
    const two = ringsOf(drawnMask("##..", "....", "..##"));
    expect(apart(joined(two))).toHaveLength(2);
  });

  it("that never were joined stay the outline that they are", () => {
    const model: Ring = [[1, 1], [1, 5], [3, 5.25]];
    expect(apart(model)).toEqual([model]);
    const thin: Ring = [[1, 1], [1, 5], [1, 8], [1, 5]];
    expect(apart(thin)).toEqual([thin]);
  });
});

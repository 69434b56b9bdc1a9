import { describe, expect, it } from "vitest";
import type { Place } from "./affine";
import { findingsAt, frameKey, type Shape } from "./drawing";

function square(id: string, size: number, findings: number[]): Shape {
  const outline: Place[] = [
    [0, 0],
    [0, size],
    [size, size],
    [size, 0],
  ];
  return { id, kind: "finding", structure: id, level: null, outlines: [outline], findings };
}

describe("a click on an image", () => {
  const shapes = [square("large", 20, [1]), square("small", 10, [2, 3]), square("vertebra", 5, [])];

  it("meets the smallest shape that has findings", () => {
    expect(findingsAt([3, 3], { shapes, labels: [] })).toEqual([2, 3]);
    expect(findingsAt([15, 15], { shapes, labels: [] })).toEqual([1]);
  });

  it("meets nothing beside the shapes", () => {
    expect(findingsAt([30, 3], { shapes, labels: [] })).toEqual([]);
  });
});

it("frames of one instance have different names", () => {
  expect(frameKey("1.2", 0)).not.toBe(frameKey("1.2", 1));
});

import { describe, expect, it } from "vitest";
import type { Place } from "./affine";
import { angleOf, ellipseArea, ellipseValues, lengthOf, valueAt } from "./measuring";

const OBLONG = { row: 2, column: 0.5 };

describe("a length", () => {
  it("is in mm by the pixel's own height and width", () => {
    expect(lengthOf([0, 0], [3, 0], OBLONG)).toEqual({ value: 6, unit: "mm" });
    expect(lengthOf([0, 0], [0, 4], OBLONG)).toEqual({ value: 2, unit: "mm" });
    expect(lengthOf([1, 1], [2.5, 9], OBLONG).value).toBeCloseTo(5);
  });

  it("is in pixels where the spacing is not known", () => {
    expect(lengthOf([0, 0], [3, 4], null)).toEqual({ value: 5, unit: "px" });
  });
});

describe("an angle", () => {
  const at: Place = [10, 10];

  it("is right between a row and a column, whatever the spacing", () => {
    expect(angleOf([10, 14], at, [4, 10], OBLONG)).toBeCloseTo(90);
  });

  it("is measured in the patient, not in pixels", () => {
    // One row down is 2 mm, four columns across are 2 mm: 45 degrees.
    expect(angleOf([10, 14], at, [11, 14], OBLONG)).toBeCloseTo(45);
    expect(angleOf([10, 14], at, [14, 14], null)).toBeCloseTo(45);
  });

  it("is straight between opposite ways and never above 180 degrees", () => {
    expect(angleOf([10, 0], at, [10, 20], null)).toBeCloseTo(180);
    expect(angleOf([0, 9], at, [0, 11], null)).toBeLessThan(20);
  });
});

describe("an ellipse", () => {
  const pixels = {
    values: Array.from({ length: 100 }, (_, at) => at % 10),
    rows: 10,
    columns: 10,
  };

  it("has the area of its half axes", () => {
    expect(ellipseArea([0, 0], [4, 8], null)).toEqual({ value: Math.PI * 2 * 4, unit: "px²" });
    expect(ellipseArea([4, 8], [0, 0], OBLONG)).toEqual({ value: Math.PI * 4 * 2, unit: "mm²" });
  });

  it("counts the pixels whose centres it holds", () => {
    // A circle of radius 2 about (5, 5) holds 13 centres.
    const found = ellipseValues([3, 3], [7, 7], pixels);
    expect(found).toMatchObject({ count: 13, mean: 5, least: 3, most: 7 });
    // Columns off by -2, -1, 0, 1, 2 for 1, 3, 5, 3, 1 pixels.
    expect(found?.deviation).toBeCloseTo(Math.sqrt((4 + 3 + 3 + 4) / 13));
  });

  it("counts nothing beyond the image", () => {
    expect(ellipseValues([-20, -20], [-10, -10], pixels)).toBeNull();
    expect(ellipseValues([-50, -50], [60, 60], pixels)?.count).toBe(100);
  });
});

describe("a probe", () => {
  const pixels = { values: [1, 2, 3, 4, 5, 6], rows: 2, columns: 3 };

  it("reads the pixel that holds the place", () => {
    expect(valueAt([0.4, 1.6], pixels)).toBe(3);
    expect(valueAt([0.6, -0.4], pixels)).toBe(4);
  });

  it("reads nothing beside the image", () => {
    expect(valueAt([1.6, 0], pixels)).toBeNull();
    expect(valueAt([0, -0.6], pixels)).toBeNull();
  });
});

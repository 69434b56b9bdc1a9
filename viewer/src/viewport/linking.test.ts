import { describe, expect, it } from "vitest";
import { linkedSlice, relativeSlice, within } from "./linking";
import { seriesAt } from "./testing";

describe("linked scrolling", () => {
  const coarse = seriesAt([0, 10, 20, 30]);
  const fine = seriesAt([-5, 0, 5, 10, 15, 20, 25, 30, 35]);

  it("goes to the slice nearest in the patient", () => {
    expect(linkedSlice(coarse, 1, fine)).toBe(3);
    expect(linkedSlice(fine, 4, coarse)).toBe(1);
    expect(linkedSlice(fine, 8, coarse)).toBe(3);
  });

  it("stays where the planes cross", () => {
    const axial = seriesAt([0, 5, 10], { orientation: [1, 0, 0, 0, 1, 0] }, 2);
    expect(linkedSlice(coarse, 3, axial)).toBeNull();
  });

  it("goes as far along where the other lies in another frame of reference", () => {
    const other = seriesAt([100, 101, 102], { frameOfReference: "2.2" });
    expect(linkedSlice(coarse, 3, other)).toBe(2);
    expect(linkedSlice(coarse, 0, other)).toBe(0);
  });

  it("goes as far along where the geometry is not known", () => {
    const loose = seriesAt([null, null, null, null, null, null, null]);
    expect(linkedSlice(coarse, 1, loose)).toBe(2);
    expect(linkedSlice(loose, 6, coarse)).toBe(3);
    expect(linkedSlice(seriesAt([0, 10], { spacing: null }), 1, coarse)).toBe(3);
  });

  it("goes nowhere from a slice that is not there or to a series without one", () => {
    expect(linkedSlice(coarse, 9, fine)).toBeNull();
    expect(linkedSlice(coarse, 0, [])).toBeNull();
  });
});

describe("a slice's number", () => {
  it("stays within its series", () => {
    expect(within(-3, 10)).toBe(0);
    expect(within(10, 10)).toBe(9);
    expect(within(4, 0)).toBe(0);
  });

  it("keeps the ends together, and a lone slice meets the middle", () => {
    expect(relativeSlice(0, 300, 15)).toBe(0);
    expect(relativeSlice(299, 300, 15)).toBe(14);
    expect(relativeSlice(0, 1, 15)).toBe(7);
  });
});

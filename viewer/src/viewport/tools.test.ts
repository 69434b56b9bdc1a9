import { describe, expect, it } from "vitest";
import type { Measurement } from "./measuring";
import { dragSlices, isWhole, reaching, toolOf, TOOL_KEYS, wheelSlices, zoomFactor } from "./tools";

describe("a pointer's buttons", () => {
  it("pan by the middle and zoom by the right one, whatever tool is in hand", () => {
    expect(toolOf(0, "length")).toBe("length");
    expect(toolOf(1, "length")).toBe("pan");
    expect(toolOf(2, "length")).toBe("zoom");
  });

  it("enlarge upwards, and back by the same way down", () => {
    expect(zoomFactor(-50)).toBeGreaterThan(1);
    expect(zoomFactor(-50) * zoomFactor(50)).toBeCloseTo(1);
  });
});

describe("the wheel", () => {
  it("goes on by one slice a notch", () => {
    expect(wheelSlices(100, 0)).toEqual([1, 0]);
    expect(wheelSlices(-120, 0)).toEqual([-1, 0]);
    expect(wheelSlices(3, 1)).toEqual([1, 0]);
  });

  it("gathers a touch pad's small turns to one slice", () => {
    let left = 0;
    let gone = 0;
    for (let turn = 0; turn < 30; turn++) {
      const [slices, rest] = wheelSlices(left + 10, 0);
      [left, gone] = [rest, gone + slices];
    }
    expect(gone).toBe(5);
  });
});

describe("a scroll drag", () => {
  it("goes through a long series in the pane's height and keeps what is left over", () => {
    expect(dragSlices(400, 100, 400)).toEqual([100, 0]);
    expect(dragSlices(-9, 100, 400)).toEqual([-2, -1]);
  });

  it("does not race through a short series", () => {
    expect(dragSlices(48, 5, 400)).toEqual([2, 0]);
  });
});

describe("a measurement in the making", () => {
  const angle: Measurement = { id: 1, tool: "angle", imageId: "x", places: [[0, 0], [1, 1]] };

  it("moves its last place only", () => {
    expect(reaching(angle, [5, 6]).places).toEqual([[0, 0], [5, 6]]);
  });

  it("is whole with as many places as its tool needs", () => {
    expect(isWhole(angle)).toBe(false);
    expect(isWhole({ ...angle, places: [...angle.places, [2, 2]] })).toBe(true);
    expect(isWhole({ ...angle, tool: "probe", places: [[0, 0]] })).toBe(true);
  });
});

it("gives each tool a key of its own", () => {
  const keys = TOOL_KEYS.map(([, key]) => key);
  expect(new Set(keys).size).toBe(keys.length);
  // These do something else in the viewer.
  for (const taken of ["i", "f", "r", "k", "o", "n", "b"]) expect(keys).not.toContain(taken);
});

import { describe, expect, it } from "vitest";
import { affineOf } from "./affine";
import { centringShift } from "./centring";

const image = { rows: 100, columns: 50 };
const pane = { width: 200, height: 200 };
/** Each pixel this many CSS pixels wide and high, its first one's edge at (x, y). */
const drawn = (scale: number, x = 0, y = 0) => {
  const first = [x + scale / 2, y + scale / 2] as const;
  return affineOf(first, [first[0] + scale, first[1]], [first[0], first[1] + scale]);
};

describe("bringing a place to the middle", () => {
  it("does so where the image is large enough", () => {
    // 1000 by 500 CSS pixels; the spot lies at (250, 600).
    expect(centringShift([250, 600], drawn(10), image, pane)).toEqual([-150, -500]);
  });

  it("stops at the image's edges, so that no ground is bared", () => {
    expect(centringShift([10, 990], drawn(10), image, pane)).toEqual([-0, -800]);
  });

  it("leaves a fitted image where it is, and brings one that was moved back", () => {
    expect(centringShift([60, 20], drawn(2, 50, 0), image, pane)).toEqual([0, 0]);
    expect(centringShift([60, 20], drawn(2, 90, -30), image, pane)).toEqual([-40, 30]);
  });

  it("does so for a mirrored image too", () => {
    const mirrored = affineOf([495, 5], [485, 5], [495, 15]);
    expect(centringShift([300, 500], mirrored, image, pane)).toEqual([-200, -400]);
  });
});

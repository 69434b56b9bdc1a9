import { describe, expect, it } from "vitest";
import { affineOf, matrixText, type Place, scaleOf, toPlace, toSpot } from "./affine";

// Zoomed, mirrored and turned: columns go down the pane, rows to the left.
const turned = affineOf([100, 20], [100, 22.5], [95, 20]);

describe("an affine of a pane", () => {
  it("takes the first pixel and its neighbours to the spots that it was made of", () => {
    expect(toSpot(turned, [0, 0])).toEqual([100, 20]);
    expect(toSpot(turned, [0, 1])).toEqual([100, 22.5]);
    expect(toSpot(turned, [1, 0])).toEqual([95, 20]);
  });

  it("comes back to the place that a spot shows", () => {
    for (const place of [
      [0, 0],
      [12.25, -3],
      [40, 511.5],
    ] as Place[]) {
      const back = toPlace(turned, toSpot(turned, place)) as Place;
      expect(back[0]).toBeCloseTo(place[0], 9);
      expect(back[1]).toBeCloseTo(place[1], 9);
    }
  });

  it("gives no place where the image has no extent", () => {
    expect(toPlace(affineOf([1, 1], [1, 1], [1, 1]), [5, 5])).toBeNull();
  });

  it("is written so that SVG's x is the column and y the row", () => {
    const oblong = affineOf([10, 5], [13, 5], [10, 11]);
    expect(matrixText(oblong)).toBe("matrix(3 0 0 6 10 5)");
    expect(scaleOf(oblong)).toBeCloseTo(Math.sqrt(18));
  });
});

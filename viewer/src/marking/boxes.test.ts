import { describe, expect, it } from "vitest";
import { affineOf } from "../viewport/affine";
import type { Box } from "../viewport/polygons";
import { cursorOf, grown, HANDLES, handleAt, handlePlace, movedBy, resized, spanned } from "./boxes";

const SIZE = { rows: 20, columns: 10 };
const BOX: Box = [4, 2, 8, 6];
/** Ten CSS pixels an image pixel; the first pixel's centre lies at (5, 5). */
const MATRIX = affineOf([5, 5], [15, 5], [5, 15]);

describe("a box that is drawn", () => {
  it("holds the pixels under both ends, in whatever way it is drawn", () => {
    expect(spanned([2.2, 1.1], [4.4, 3.4], SIZE)).toEqual([2, 1, 5, 4]);
    expect(spanned([4.4, 3.4], [2.2, 1.1], SIZE)).toEqual([2, 1, 5, 4]);
  });

  it("holds one pixel at least", () => {
    expect(spanned([3, 3], [3, 3], SIZE)).toEqual([3, 3, 4, 4]);
  });

  it("ends at the frame's border", () => {
    expect(spanned([-9, -9], [99, 99], SIZE)).toEqual([0, 0, 20, 10]);
    expect(spanned([50, 50], [99, 99], SIZE)).toEqual([19, 9, 20, 10]);
  });
});

describe("a box that is there", () => {
  it("moves by whole pixels and stops at the border with its size kept", () => {
    expect(movedBy(BOX, [1.4, -1], SIZE)).toEqual([5, 1, 9, 5]);
    expect(movedBy(BOX, [-99, 99], SIZE)).toEqual([0, 6, 4, 10]);
  });

  it("changes at the handle's sides alone", () => {
    expect(resized(BOX, { row: -1, column: 0 }, [1.6, 99], SIZE)).toEqual([2, 2, 8, 6]);
    expect(resized(BOX, { row: 1, column: 1 }, [99, 99], SIZE)).toEqual([4, 2, 20, 10]);
  });

  it("keeps a pixel where a side is drawn over the other", () => {
    expect(resized(BOX, { row: -1, column: -1 }, [19, 9], SIZE)).toEqual([7, 5, 8, 6]);
    expect(resized(BOX, { row: 1, column: 1 }, [0, 0], SIZE)).toEqual([4, 2, 5, 3]);
  });

  it("grows and shrinks at its lower right by keys", () => {
    expect(grown(BOX, [1, 0], SIZE)).toEqual([4, 2, 9, 6]);
    expect(grown(BOX, [0, -1], SIZE)).toEqual([4, 2, 8, 5]);
    expect(grown([4, 2, 5, 3], [-1, 0], SIZE)).toEqual([4, 2, 5, 3]);
  });

  it("keeps the sides of a model's box that are not moved where they are between pixels", () => {
    expect(resized([4.25, 2.5, 8.75, 6.5], { row: 1, column: 0 }, [10, 0], SIZE)).toEqual([
      4.25, 2.5, 11, 6.5,
    ]);
  });
});

describe("a box's handles", () => {
  it("are eight, on its sides as they are drawn", () => {
    expect(HANDLES).toHaveLength(8);
    expect(handlePlace(BOX, { row: -1, column: -1 })).toEqual([3.5, 1.5]);
    expect(handlePlace(BOX, { row: 0, column: 1 })).toEqual([5.5, 5.5]);
  });

  it("are found near their spots, the middle within the box, and nothing beside it", () => {
    expect(handleAt(BOX, [22, 42], MATRIX, 6)).toEqual({ row: -1, column: -1 });
    expect(handleAt(BOX, [60, 62], MATRIX, 6)).toEqual({ row: 0, column: 1 });
    expect(handleAt(BOX, [30, 50], MATRIX, 6)).toEqual({ row: 0, column: 0 });
    expect(handleAt(BOX, [90, 50], MATRIX, 6)).toBeNull();
  });

  it("show which way they move, on a mirrored image too", () => {
    const mirrored = affineOf([95, 5], [85, 5], [95, 15]);
    expect(cursorOf({ row: 1, column: 1 }, MATRIX)).toBe("nwse-resize");
    expect(cursorOf({ row: 1, column: 1 }, mirrored)).toBe("nesw-resize");
    expect(cursorOf({ row: 0, column: 1 }, MATRIX)).toBe("ew-resize");
    expect(cursorOf({ row: -1, column: 0 }, MATRIX)).toBe("ns-resize");
    expect(cursorOf({ row: 0, column: 0 }, MATRIX)).toBe("move");
  });
});

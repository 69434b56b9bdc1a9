import { describe, expect, it } from "vitest";
import { areaOn, begun, type History, type HistoryAct, historyReducer, MOST_STEPS } from "./history";
import type { MarkStart, Ring } from "./marks";
import { page } from "./testing";

const SQUARE: Ring = [[0.5, 0.5], [0.5, 2.5], [2.5, 2.5], [2.5, 0.5]];
const OTHER: Ring = [[4.5, 4.5], [4.5, 6.5], [6.5, 6.5], [6.5, 4.5]];

function area(ring: Ring = SQUARE, label = "tear", frame = 0): MarkStart {
  return { frame: page(frame), label, outlines: [ring], box: null };
}

function box(row: number): MarkStart {
  return { frame: page(), label: "tear", outlines: [], box: [row, 0, row + 2, 2] };
}

function after(...acts: HistoryAct[]): History {
  return acts.reduce(historyReducer, begun([]));
}

const put = (mark: MarkStart, single = false): HistoryAct => ({ do: "put", mark, single });

describe("marks", () => {
  it("are one area a label and frame, and as many boxes as are drawn", () => {
    const { marks } = after(put(area()), put(area(OTHER)), put(box(1)), put(box(5)));
    expect(marks.map((mark) => mark.box ?? mark.outlines)).toEqual([
      [OTHER],
      [1, 0, 3, 2],
      [5, 0, 7, 2],
    ]);
    expect(new Set(marks.map(({ id }) => id)).size).toBe(3);
  });

  it("are apart by label and by frame", () => {
    const { marks } = after(put(area()), put(area(OTHER, "disc")), put(area(OTHER, "tear", 1)));
    expect(marks).toHaveLength(3);
    expect(areaOn(marks, page(1), "tear")?.outlines).toEqual([OTHER]);
    expect(areaOn(marks, page(1), "disc")).toBeUndefined();
  });

  it("are gone where their last pixel was erased", () => {
    const { marks, past } = after(put(area()), put({ ...area(), outlines: [] }));
    expect(marks).toEqual([]);
    expect(past).toHaveLength(2);
  });

  it("are one at all where one is asked for", () => {
    const { marks } = after(put(area(), true), put(box(3), true));
    expect(marks.map((mark) => mark.box)).toEqual([[3, 0, 5, 2]]);
  });

  it("carry the frame's name alone", () => {
    expect(after(put(area())).marks[0]?.frame).toEqual({
      seriesUid: "1.2",
      instanceUid: "1.2.0",
      frame: 0,
    });
  });

  it("that were drawn last are selected", () => {
    const { marks, selected } = after(put(area()), put(box(1)));
    expect(selected).toBe(marks[1]?.id);
  });
});

describe("undo", () => {
  it("goes back step by step, and redo forth again", () => {
    const three = after(put(box(1)), put(box(3)), put(box(5)));
    const one = [{ do: "undo" }, { do: "undo" }].reduce(
      (state, act) => historyReducer(state, act as HistoryAct),
      three,
    );
    expect(one.marks).toHaveLength(1);
    const again = historyReducer(historyReducer(one, { do: "redo" }), { do: "redo" });
    expect(again.marks).toEqual(three.marks);
    expect(historyReducer(again, { do: "redo" })).toBe(again);
  });

  it("has nothing before the start, and what was drawn anew ends what could be redone", () => {
    const start = begun([area()]);
    expect(historyReducer(start, { do: "undo" })).toBe(start);
    const state = after(put(box(1)), { do: "undo" }, put(box(2)));
    expect(state.future).toEqual([]);
  });

  it("brings back what was removed", () => {
    const drawn = after(put(box(1)));
    const id = drawn.marks[0]?.id as string;
    const removed = historyReducer(drawn, { do: "remove", ids: [id] });
    expect(removed.marks).toEqual([]);
    expect(historyReducer(removed, { do: "undo" }).marks).toEqual(drawn.marks);
  });

  it("selects nothing that is not there", () => {
    expect(after(put(box(1)), { do: "undo" }).selected).toBeNull();
  });

  it("reaches back a hundred steps and no more", () => {
    const many = after(...Array.from({ length: MOST_STEPS + 20 }, (_, row) => put(box(row))));
    expect(many.past).toHaveLength(MOST_STEPS);
  });

  it("does not reach behind a new start, and names stay apart", () => {
    const state = after(put(box(1)), { do: "reset", start: [area(), box(2)] }, put(box(3)));
    expect(state.past).toHaveLength(1);
    expect(new Set(state.marks.map(({ id }) => id)).size).toBe(3);
  });

  it("adds no step where nothing was there to erase", () => {
    expect(after(put({ ...area(), outlines: [] })).past).toEqual([]);
    expect(after({ do: "remove", ids: ["m9"] }).past).toEqual([]);
  });
});

import { act, cleanup, fireEvent } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openBench, spotOf } from "./bench";
import type { MarkStart } from "./marks";
import { page } from "./testing";

const FRAME = { seriesUid: "1.2", instanceUid: "1.x.1", frame: 0 };
const EMPTY = Array.from({ length: 20 }, () => "..........");

function boxStart(box: readonly [number, number, number, number]): MarkStart {
  return { frame: FRAME, label: "tear", outlines: [], box };
}

describe("the brush", () => {
  it("paints where the pointer goes, and nothing until it is pressed", async () => {
    const bench = await openBench();
    act(() => bench.marking().setRadius(0.5));
    bench.point("pointerMove", [3, 3]);
    expect(bench.marking().marks).toEqual([]);
    bench.drag([[3, 2], [3, 6]]);
    expect(bench.lines()).toEqual(EMPTY.with(3, "..#####..."));
    expect(bench.marking().marks[0]).toMatchObject({ frame: FRAME, label: "tear", box: null });
  });

  it("adds to what is there, and the eraser takes from it", async () => {
    const bench = await openBench();
    act(() => bench.marking().setRadius(0.5));
    bench.drag([[3, 2], [3, 6]]);
    bench.drag([[5, 2], [5, 3]]);
    bench.take("erase");
    bench.drag([[3, 4], [3, 4]]);
    expect(bench.lines()).toEqual(EMPTY.with(3, "..##.##...").with(5, "..##......"));
    expect(bench.marking().marks).toHaveLength(1);
  });

  it("is cut at the frame's border", async () => {
    const bench = await openBench();
    act(() => bench.marking().setRadius(3));
    bench.drag([[-5, -5], [30, 20]]);
    for (const [row, column] of bench.marking().marks[0]?.outlines.flat() ?? []) {
      expect(row >= -0.5 && row <= 19.5 && column >= -0.5 && column <= 9.5).toBe(true);
    }
  });

  it("leaves no step to undo where it changed nothing", async () => {
    const bench = await openBench();
    bench.take("erase");
    bench.drag([[3, 4], [6, 4]]);
    expect(bench.marking().canUndo).toBe(false);
  });

  it("is given up by Escape in the middle of a stroke", async () => {
    const bench = await openBench();
    bench.point("pointerDown", [3, 3]);
    bench.point("pointerMove", [6, 3]);
    bench.press("Escape");
    bench.point("pointerMove", [9, 3]);
    bench.point("pointerUp", [9, 3]);
    expect(bench.marking().marks).toEqual([]);
  });

  it("keeps on its slice what was painted before the slice went on", async () => {
    const bench = await openBench();
    act(() => bench.marking().setRadius(0.5));
    bench.point("pointerDown", [3, 3]);
    bench.point("pointerMove", [3, 5]);
    fireEvent.wheel(bench.layer, { deltaY: 100 });
    await act(async () => undefined);
    bench.point("pointerMove", [9, 3]);
    bench.point("pointerUp", [9, 3]);
    expect(bench.marking().page?.instanceUid).toBe("1.x.2");
    expect(bench.marking().marks.map(({ frame }) => frame.instanceUid)).toEqual(["1.x.1"]);
    expect(bench.lines()).toEqual(EMPTY);
  });

  it("shows its circle where the pointer is, as large as what it paints", async () => {
    const bench = await openBench();
    bench.point("pointerMove", [4, 5]);
    const circle = bench.layer.querySelector(".mark-brush .mark-line");
    expect(circle?.getAttribute("cx")).toBe("5");
    expect(circle?.getAttribute("cy")).toBe("4");
    expect(circle?.getAttribute("r")).toBe("4");
    fireEvent.pointerLeave(bench.layer);
    expect(bench.layer.querySelector(".mark-brush")).toBeNull();
  });

  it("starts from a model's outline, with its border's pixels in it", async () => {
    const outline = [[2, 2], [2, 4], [4, 4], [4, 2]] as const;
    const start = [{ frame: FRAME, label: "tear", outlines: [outline], box: null }];
    const bench = await openBench({ start });
    expect(bench.marking().marks[0]?.outlines).toEqual([outline]);
    act(() => bench.marking().setRadius(0.5));
    bench.drag([[3, 5], [3, 5]]);
    expect(bench.lines().slice(2, 5)).toEqual(["..###.....", "..####....", "..###....."]);
  });
});

describe("the outline", () => {
  it("encloses what was drawn free-hand", async () => {
    const bench = await openBench();
    bench.take("outline");
    bench.drag([[1.6, 1.6], [1.6, 5.4], [4.4, 5.4], [4.4, 1.6]]);
    expect(bench.lines()).toEqual(
      EMPTY.map((line, row) => (row >= 2 && row <= 4 ? "..####...." : line)),
    );
  });

  it("goes from click to click and is closed by Enter", async () => {
    const bench = await openBench();
    bench.take("outline");
    for (const place of [[1.5, 1.5], [1.5, 8.5], [10.5, 8.5], [10.5, 1.5]] as const) bench.drag([place]);
    expect(bench.marking().marks).toEqual([]);
    expect(bench.marking().draft.now()?.ring).toHaveLength(4);
    bench.press("Enter");
    expect(bench.lines()[5]).toBe("..#######.");
    expect(bench.marking().draft.now()).toBeNull();
  });

  it.each([
    ["its first place", [1.5, 1.5]],
    ["its last place again, as a double click does", [10.5, 1.5]],
  ] as const)("is closed by a click on %s", async (_, last) => {
    const bench = await openBench();
    bench.take("outline");
    const corners = [[1.5, 1.5], [1.5, 8.5], [10.5, 8.5], [10.5, 1.5]] as const;
    for (const place of [...corners, last]) bench.drag([place]);
    expect(bench.lines()[5]).toBe("..#######.");
  });

  it("cuts out where Alt is held at its end", async () => {
    const bench = await openBench();
    bench.take("outline");
    bench.drag([[0, 0], [0, 9], [9, 9], [9, 0]]);
    bench.drag([[2.5, 2.5], [2.5, 5.5], [5.5, 5.5], [5.5, 2.5]], { altKey: true });
    expect(bench.lines()[4]).toBe("###...####");
    expect(bench.marking().marks[0]?.outlines).toHaveLength(2);
  });

  it("loses its last place by undo and Backspace before any mark is undone", async () => {
    const bench = await openBench();
    bench.take("outline");
    bench.drag([[0, 0], [0, 9], [9, 9]]);
    for (const place of [[10.5, 1.5], [10.5, 8.5], [18.5, 8.5]] as const) bench.drag([place]);
    bench.press("z", { ctrlKey: true });
    bench.press("Backspace");
    expect(bench.marking().draft.now()?.ring).toHaveLength(1);
    bench.press("z", { ctrlKey: true });
    expect(bench.marking().draft.now()).toBeNull();
    expect(bench.marking().marks).toHaveLength(1);
    bench.press("z", { ctrlKey: true });
    expect(bench.marking().marks).toHaveLength(0);
  });

  it("that encloses no pixel changes nothing", async () => {
    const bench = await openBench();
    bench.take("outline");
    bench.drag([[3.1, 3.1], [3.1, 3.4], [5.4, 3.4], [5.4, 3.1]]);
    expect(bench.marking().marks).toEqual([]);
  });
});

describe("the box", () => {
  it("holds what is dragged over", async () => {
    const bench = await openBench();
    bench.take("box");
    bench.drag([[2, 1], [5, 4], [8, 7]]);
    expect(bench.marking().marks.map(({ box }) => box)).toEqual([[2, 1, 9, 8]]);
  });

  it("is not made by a click", async () => {
    const bench = await openBench();
    bench.take("box");
    bench.drag([[2, 1]]);
    expect(bench.marking().marks).toEqual([]);
  });

  it("is moved by its inside and resized by a handle, as one step each", async () => {
    const bench = await openBench({ start: [boxStart([2, 1, 12, 9])] });
    bench.take("box");
    bench.drag([[7, 5], [10, 5]]);
    expect(bench.marking().marks[0]?.box).toEqual([5, 1, 15, 9]);
    bench.drag([[14.5, 8.5], [17, 6]]);
    expect(bench.marking().marks[0]?.box?.[2]).toBeGreaterThan(15);
    bench.press("z", { ctrlKey: true });
    bench.press("z", { ctrlKey: true });
    expect(bench.marking().marks[0]?.box).toEqual([2, 1, 12, 9]);
    expect(bench.marking().canUndo).toBe(false);
  });

  it("that is clicked is selected, and a click beside it selects nothing", async () => {
    const bench = await openBench({ start: [boxStart([1, 1, 6, 6])] });
    bench.take("box");
    bench.drag([[3.3, 3.1]]);
    expect(bench.marking().selected).toBe("m1");
    bench.drag([[18, 9]]);
    expect(bench.marking().selected).toBeNull();
    expect(bench.marking().marks[0]?.box).toEqual([1, 1, 6, 6]);
  });

  it("is one at all where one is asked for", async () => {
    const bench = await openBench({ single: true });
    bench.take("box");
    bench.drag([[1, 1], [3, 3]]);
    bench.drag([[14, 1], [18, 8]]);
    expect(bench.marking().marks.map(({ box }) => box)).toEqual([[14, 1, 19, 9]]);
  });

  it("is made in the middle for who has no pointer", async () => {
    const bench = await openBench();
    act(() => bench.marking().addBox());
    expect(bench.marking().marks[0]?.box).toEqual([7, 3, 12, 6]);
  });
});

describe("while marking", () => {
  it("other buttons and Space pan and zoom, and the wheel scrolls", async () => {
    const bench = await openBench();
    bench.drag([[2, 2], [8, 8]], { button: 1 });
    expect(bench.stage.did.some((did) => did.startsWith("pan"))).toBe(true);
    bench.drag([[2, 2], [8, 8]], { button: 2 });
    expect(bench.stage.did.some((did) => did.startsWith("zoom"))).toBe(true);
    const before = bench.stage.did.length;
    bench.press(" ");
    bench.drag([[2, 2], [8, 8]]);
    fireEvent.keyUp(document.body, { key: " " });
    expect(bench.stage.did.slice(before).some((did) => did.startsWith("pan"))).toBe(true);
    expect(bench.marking().marks).toEqual([]);
    fireEvent.wheel(bench.layer, { deltaY: 100 });
    await act(async () => undefined);
    expect(bench.marking().page?.instanceUid).toBe("1.x.2");
  });

  it("Alt with the wheel changes the brush and not the slice", async () => {
    const bench = await openBench();
    fireEvent.wheel(bench.layer, { deltaY: -100, altKey: true });
    expect(bench.marking().radius).toBeGreaterThan(4);
    expect(bench.marking().page?.instanceUid).toBe("1.x.1");
  });

  it("two fingers move and enlarge the image, and what the first began is given up", async () => {
    const bench = await openBench();
    const finger = (pointerId: number) => ({ pointerId, pointerType: "touch" });
    bench.point("pointerDown", [2, 2], finger(1));
    bench.point("pointerDown", [8, 2], finger(2));
    bench.point("pointerMove", [14, 2], finger(2));
    bench.point("pointerUp", [14, 2], finger(2));
    bench.point("pointerMove", [4, 2], finger(1));
    bench.point("pointerUp", [4, 2], finger(1));
    expect(bench.marking().marks).toEqual([]);
    expect(bench.stage.did).toContain("pan 0,6");
    expect(bench.stage.did.some((did) => did.startsWith("zoom"))).toBe(true);
    bench.drag([[5, 5], [6, 5]], finger(3));
    expect(bench.marking().marks).toHaveLength(1);
  });

  it("a pen paints, and its other end erases", async () => {
    const bench = await openBench();
    act(() => bench.marking().setRadius(0.5));
    bench.drag([[3, 2], [3, 6]], { pointerType: "pen" });
    bench.drag([[3, 4], [3, 4]], { pointerType: "pen", button: 5 });
    expect(bench.lines()[3]).toBe("..##.##...");
  });

  it("the viewer's tool comes back where marking's is put away", async () => {
    const bench = await openBench();
    bench.take(null);
    expect(bench.layer.dataset.drawing).toBeUndefined();
    bench.take("brush");
    expect(bench.layer.dataset.drawing).toBe("true");
    bench.press("w");
    expect(bench.marking().tool).toBeNull();
  });

  it("only the frame that is meant is drawn on", async () => {
    const bench = await openBench({ only: { ...page(0), instanceUid: "1.x.2" } });
    expect(bench.layer.dataset.drawing).toBeUndefined();
    bench.drag([[3, 2], [3, 6]]);
    expect(bench.marking().marks).toEqual([]);
    fireEvent.wheel(bench.layer, { deltaY: 100 });
    await act(async () => undefined);
    bench.drag([[3, 2], [3, 6]]);
    expect(bench.marking().marks).toHaveLength(1);
  });

  it("marks lie where their pixels are", async () => {
    const bench = await openBench();
    act(() => bench.marking().setRadius(0.5));
    bench.drag([[3, 2]]);
    expect(bench.layer.querySelector(".mark-area")?.getAttribute("d")).toBe(
      "M2.5 2.5L2.5 3.5L1.5 3.5L1.5 2.5Z",
    );
    expect(spotOf([3, 2])).toEqual({ clientX: 5, clientY: 7 });
  });

  it("what is being changed alone stands out", async () => {
    await openBench({}, { selected: 7 });
    expect(document.querySelector(".shape-finding")).not.toBeNull();
    expect(document.querySelector(".shape-chosen")).toBeNull();
    cleanup();
    await openBench({ on: false }, { selected: 7 });
    expect(document.querySelector(".shape-chosen")).not.toBeNull();
  });

  it("nothing is drawn and no key is taken where the reader does not mark", async () => {
    const bench = await openBench({ on: false });
    expect(document.querySelector(".mark-layer")).toBeNull();
    bench.press("x");
    expect(bench.marking().tool).toBe("brush");
  });
});

import { act, cleanup, fireEvent, renderHook, screen } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it, vi } from "vitest";
import { LABELS, openBench } from "./bench";
import type { MarkingOptions } from "./marking";
import type { Mark, MarkStart } from "./marks";
import { widened } from "./radius";
import { useMarking } from "./useMarking";

const FRAME = { seriesUid: "1.2", instanceUid: "1.x.1", frame: 0 };

function area(instanceUid: string, label = "tear"): MarkStart {
  const outline = [[1.5, 1.5], [1.5, 4.5], [3.5, 4.5], [3.5, 1.5]] as const;
  return { frame: { ...FRAME, instanceUid }, label, outlines: [outline], box: null };
}

describe("keys", () => {
  it("take the tools, before the viewer takes them for its own", async () => {
    const bench = await openBench();
    for (const [key, tool] of [["x", "erase"], ["t", "outline"], ["c", "box"], ["d", "brush"]] as const) {
      bench.press(key);
      expect(bench.marking().tool).toBe(tool);
    }
  });

  it("do not take a tool that the page does not offer", async () => {
    const bench = await openBench({ tools: ["box"] });
    bench.press("x");
    expect(bench.marking().tool).toBe("box");
  });

  it("begin each time with the first tool that the page offers then", async () => {
    const { result, rerender } = renderHook(useMarking, {
      initialProps: { on: false, labels: LABELS, tools: ["brush", "erase"] } as MarkingOptions,
    });
    expect(result.current.tool).toBe("brush");
    rerender({ on: true, labels: LABELS, tools: ["box"] });
    expect(result.current.tool).toBe("box");
    act(() => result.current.setTool(null));
    rerender({ on: false, labels: LABELS });
    rerender({ on: true, labels: LABELS });
    expect(result.current.tool).toBe("brush");
  });

  it("change the brush, with AltGr too, and keep it within its bounds", async () => {
    const bench = await openBench();
    bench.press("]");
    expect(bench.marking().radius).toBe(5);
    bench.press("[", { ctrlKey: true, altKey: true });
    expect(bench.marking().radius).toBe(4);
    for (let n = 0; n < 20; n++) bench.press("[");
    expect(bench.marking().radius).toBe(0.5);
  });

  it("move a box and change its size, ten pixels at a time with Ctrl, and the slice stays", async () => {
    const bench = await openBench({ tools: ["box"] });
    act(() => bench.marking().addBox());
    bench.press("ArrowDown");
    bench.press("ArrowLeft");
    expect(bench.marking().marks[0]?.box).toEqual([8, 2, 13, 5]);
    bench.press("ArrowRight", { shiftKey: true });
    bench.press("ArrowUp", { shiftKey: true });
    expect(bench.marking().marks[0]?.box).toEqual([8, 2, 12, 6]);
    bench.press("ArrowDown", { ctrlKey: true });
    expect(bench.marking().marks[0]?.box).toEqual([16, 2, 20, 6]);
    expect(bench.marking().page?.instanceUid).toBe("1.x.1");
  });

  it("scroll as ever where no box is selected", async () => {
    const bench = await openBench();
    bench.press("ArrowDown");
    await act(async () => undefined);
    expect(bench.marking().page?.instanceUid).toBe("1.x.2");
  });

  it("undo and redo", async () => {
    const bench = await openBench();
    bench.drag([[3, 3], [6, 6]]);
    bench.press("z", { ctrlKey: true });
    expect(bench.marking().marks).toEqual([]);
    bench.press("Z", { ctrlKey: true, shiftKey: true });
    expect(bench.marking().marks).toHaveLength(1);
    bench.press("z", { metaKey: true });
    bench.press("y", { ctrlKey: true });
    expect(bench.marking().marks).toHaveLength(1);
  });

  it("remove what is selected, and leave the viewer's own measurements alone", async () => {
    const bench = await openBench();
    bench.drag([[3, 3], [6, 6]]);
    bench.press("Delete");
    expect(bench.marking().marks).toEqual([]);
    expect(bench.marking().canUndo).toBe(true);
  });

  it("leave what is selected on another slice alone, which is not seen", async () => {
    const bench = await openBench();
    bench.drag([[3, 3], [6, 6]]);
    fireEvent.wheel(bench.layer, { deltaY: 100 });
    await act(async () => undefined);
    bench.press("Delete");
    expect(bench.marking().marks).toHaveLength(1);
  });

  it("go on to the next label", async () => {
    const bench = await openBench();
    bench.press("v");
    expect(bench.marking().label).toBe("disc");
    bench.press("v");
    expect(bench.marking().label).toBe("tear");
  });

  it("finish by Enter, with what was drawn", async () => {
    const finished: (readonly Mark[])[] = [];
    const bench = await openBench({ finish: (marks) => finished.push(marks) });
    bench.drag([[3, 3], [6, 6]]);
    bench.press("Enter");
    expect(finished).toEqual([bench.marking().marks]);
  });

  it("finish with an open outline as if it were closed, and another tool closes it too", async () => {
    const finished: (readonly Mark[])[] = [];
    const bench = await openBench({ finish: (marks) => finished.push(marks) });
    bench.press("t");
    for (const place of [[1.5, 1.5], [1.5, 8.5], [10.5, 8.5]] as const) bench.drag([place]);
    fireEvent.click(screen.getByRole("button", { name: "Done" }));
    expect(finished[0]).toHaveLength(1);
    expect(finished[0]).toEqual(bench.marking().marks);
    for (const place of [[12.5, 1.5], [12.5, 8.5], [18.5, 8.5]] as const) bench.drag([place]);
    bench.press("d");
    expect(bench.marking().marks[0]?.outlines).toHaveLength(2);
  });

  it("step out by Escape, and never lose what was drawn", async () => {
    let cancelled = 0;
    const bench = await openBench({ cancel: () => cancelled++ });
    bench.drag([[3, 3], [6, 6]]);
    bench.press("Escape");
    expect(bench.marking().selected).toBeNull();
    bench.press("Escape");
    expect(cancelled).toBe(0);
    bench.press("z", { ctrlKey: true });
    bench.press("Escape");
    expect(cancelled).toBe(1);
  });

  it("leave a field alone that is written in, and a dialog", async () => {
    const bench = await openBench();
    const field = document.body.appendChild(document.createElement("input"));
    fireEvent.keyDown(field, { key: "x" });
    const dialog = document.body.appendChild(document.createElement("dialog"));
    fireEvent.keyDown(dialog, { key: "x" });
    expect(bench.marking().tool).toBe("brush");
    field.remove();
    dialog.remove();
  });

  it("tell each change once, and none at the beginning or of a new start", async () => {
    const told: number[] = [];
    const bench = await openBench({ changed: (marks) => told.push(marks.length) });
    bench.drag([[3, 3], [6, 6]]);
    bench.press("z", { ctrlKey: true });
    act(() => bench.marking().reset([area("1.x.1")]));
    expect(told).toEqual([1, 0]);
  });
});

describe("the toolbar", () => {
  it("comes into view, and goes again where the browser gives a promise for that", async () => {
    const asked: unknown[] = [];
    vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation((...given): never => {
      asked.push(...given);
      return Promise.resolve() as never;
    });
    await openBench();
    cleanup();
    expect(asked).toEqual([{ block: "nearest" }]);
  });

  it("names each tool, and shows the one in hand", async () => {
    const bench = await openBench();
    fireEvent.click(screen.getByRole("button", { name: "Outline" }));
    expect(bench.marking().tool).toBe("outline");
    const pressed = screen.getByRole("button", { name: "Outline" }).getAttribute("aria-pressed");
    expect(pressed).toBe("true");
    expect(screen.queryByRole("slider", { name: "Radius" })).toBeNull();
  });

  it("changes the brush by its slider", async () => {
    const bench = await openBench();
    const slider = screen.getByRole("slider", { name: /Radius/ });
    fireEvent.change(slider, { target: { value: "5" } });
    expect(bench.marking().radius).toBe(25);
    expect(slider.getAttribute("aria-valuetext")).toBe("25 px");
  });

  it("is a legend of the labels, and draws with the one that is chosen", async () => {
    const bench = await openBench();
    fireEvent.click(screen.getByRole("button", { name: "Disc" }));
    bench.drag([[3, 3], [6, 6]]);
    expect(bench.marking().marks.map(({ label }) => label)).toEqual(["disc"]);
    expect(bench.layer.querySelector<SVGElement>("[data-mark=disc]")?.style.color).toBe(
      "rgb(0, 255, 0)",
    );
  });

  it("copies a neighbouring slice's area of the label in hand", async () => {
    const bench = await openBench({ start: [area("1.x.0"), area("1.x.2", "disc")] });
    const before = screen.getByRole("button", { name: "Copy the area of the previous slice" });
    const after = screen.getByRole("button", { name: "Copy the area of the next slice" });
    expect((after as HTMLButtonElement).disabled).toBe(true);
    fireEvent.click(before);
    expect(bench.lines().slice(1, 5)).toEqual(["..........", "..###.....", "..###.....", ".........."]);
    expect(bench.marking().marks).toHaveLength(3);
  });

  it("clears a label on the slice in front alone", async () => {
    const bench = await openBench({ start: [area("1.x.1"), area("1.x.1", "disc"), area("1.x.2")] });
    fireEvent.click(screen.getByRole("button", { name: "Clear this label on this slice" }));
    expect(bench.marking().marks.map(({ id }) => id)).toEqual(["m2", "m3"]);
  });

  it("says what is selected", async () => {
    const bench = await openBench();
    act(() => bench.marking().setRadius(0.5));
    bench.drag([[3, 2], [3, 6]]);
    expect(screen.getByRole("status").textContent).toBe("Area selected: 5 pixels");
    fireEvent.click(screen.getByRole("button", { name: "New box in the middle" }));
    expect(screen.getByRole("status").textContent).toBe(
      "Box selected: 5 × 3 px, from row 7, column 3",
    );
  });

  it("offers to finish and to cancel only where the page takes it", async () => {
    await openBench({ finish: () => undefined });
    expect(screen.getByRole("button", { name: "Done" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
  });

  it("speaks Spanish and has no accessibility fault", async () => {
    await openBench({ finish: () => undefined, cancel: () => undefined }, { language: "es" });
    const bar = screen.getByRole("toolbar", { name: "Dibujo" }).parentElement as HTMLElement;
    expect(screen.getByRole("button", { name: "Pincel" })).toBeTruthy();
    const found = await axe.run(bar, { rules: { "color-contrast": { enabled: false } } });
    expect(found.violations.map(({ id }) => id)).toEqual([]);
  });
});

describe("a brush's size", () => {
  it("goes by half a pixel while it is small, and by more when it is large", () => {
    expect(widened(0.5, 1)).toBe(1);
    expect(widened(3, -1)).toBe(2.5);
    expect(widened(32, 1)).toBe(36);
    expect(widened(63, 3)).toBe(64);
  });
});

describe("a cursor", () => {
  it("is shown by a key, moved by arrows while the slice stays, and paints with Space", async () => {
    const bench = await openBench();
    bench.press("ArrowDown");
    expect(bench.marking().cursor).toBeNull();
    act(() => bench.marking().setRadius(0.5));
    bench.press("j");
    const before = bench.marking().page?.instanceUid;
    expect(bench.marking().cursor).toEqual([9, 4]);
    bench.press("ArrowUp", { ctrlKey: true });
    bench.press("ArrowRight");
    expect(bench.marking().cursor).toEqual([0, 5]);
    expect(bench.marking().page?.instanceUid).toBe(before);
    expect(bench.layer.querySelector(".mark-cursor")).not.toBeNull();
    bench.press(" ");
    expect(bench.lines()[0]).toBe(".....#....");
    bench.press("ArrowRight", { shiftKey: true });
    bench.press("ArrowRight", { shiftKey: true });
    expect(bench.lines()[0]).toBe(".....###..");
    bench.press("x");
    bench.press(" ");
    expect(bench.lines()[0]).toBe(".....##...");
    bench.press("Escape");
    expect(bench.marking().cursor).toBeNull();
    expect(screen.queryByText(/^Cursor at/)).toBeNull();
  });

  it("sets the points of an outline, which Enter closes, and tells where it is", async () => {
    const bench = await openBench();
    bench.press("t");
    bench.press("j");
    bench.press(" ");
    for (const [key, times] of [["ArrowRight", 3], ["ArrowDown", 3], ["ArrowLeft", 3]] as const) {
      for (let n = 0; n < times; n++) bench.press(key);
      bench.press(" ");
    }
    expect(screen.getByText("Cursor at row 12, column 4")).toBeDefined();
    bench.press("Enter");
    expect(bench.lines().join("").split("#").length - 1).toBeGreaterThanOrEqual(9);
  });

  it("is for drawing lines and areas: with the box, arrows mean the box", async () => {
    const bench = await openBench({ tools: ["box"] });
    bench.press("j");
    expect(bench.marking().cursor).toBeNull();
  });
});

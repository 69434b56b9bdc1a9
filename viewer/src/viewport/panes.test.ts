import { describe, expect, it } from "vitest";
import type { Frame } from "./frames";
import { firstPanes, NOT_BEGUN, type PanesAct, panesReducer, type PanesState } from "./panes";
import { seriesAt } from "./testing";

const frames = new Map<string, readonly Frame[]>([
  ["t1", seriesAt([0, 5, 10, 15, 20])],
  ["t2", seriesAt([0, 10, 20])],
  ["axial", seriesAt([0, 5, 10], { orientation: [1, 0, 0, 0, 1, 0] }, 2)],
]);

function after(state: PanesState, ...acts: PanesAct[]): PanesState {
  return acts.reduce(panesReducer, state);
}

function begun(): PanesState {
  return after(
    firstPanes(["t1", "t2", "axial"]),
    { do: "start", pane: 0, series: "t1", index: 2 },
    { do: "start", pane: 1, series: "t2", index: 1 },
    { do: "start", pane: 2, series: "axial", index: 0 },
  );
}
const indices = (state: PanesState) => state.panes.map(({ index }) => index);

describe("panes", () => {
  it("are two where there are two series or more, and one for one", () => {
    expect(firstPanes(["a", "b", "c"]).layout).toBe(2);
    expect(firstPanes(["a"]).layout).toBe(1);
    expect(firstPanes(["a"]).panes).toHaveLength(4);
  });

  it("begin once, and only with the series that they still show", () => {
    const other: PanesAct = { do: "start", pane: 0, series: "t2", index: 1 };
    expect(after(firstPanes(["t1"]), other).panes[0]?.index).toBe(NOT_BEGUN);
    const again: PanesAct = { do: "start", pane: 0, series: "t1", index: 0 };
    expect(after(begun(), again).panes[0]?.index).toBe(2);
  });

  it("follow the one that is scrolled to the same place, but not across its plane", () => {
    expect(indices(after(begun(), { do: "go", pane: 0, index: 4, frames }))).toEqual([
      4,
      2,
      0,
      NOT_BEGUN,
    ]);
  });

  it("stay where the link is off", () => {
    const state = after(begun(), { do: "link", linked: false });
    expect(indices(after(state, { do: "go", pane: 0, index: 4, frames }))).toEqual([
      4,
      1,
      0,
      NOT_BEGUN,
    ]);
  });

  it("stop at the ends of their series", () => {
    const state = after(begun(), { do: "scroll", pane: 0, by: 99, frames });
    expect(state.panes[0]?.index).toBe(4);
    expect(after(state, { do: "scroll", pane: 0, by: -99, frames }).panes[0]?.index).toBe(0);
  });

  it("count every step of a quick scroll", () => {
    const step: PanesAct = { do: "scroll", pane: 0, by: 1, frames };
    expect(after(begun(), step, step).panes[0]?.index).toBe(4);
  });

  it("do not scroll a series whose frames are not known", () => {
    const state = after(begun(), { do: "show", pane: 0, series: "late" });
    expect(after(state, { do: "scroll", pane: 0, by: 1, frames })).toEqual(state);
  });

  it("keep the active one in view when fewer are shown", () => {
    const state = after(begun(), { do: "layout", layout: 4 }, { do: "activate", pane: 3 });
    expect(state.active).toBe(3);
    expect(after(state, { do: "layout", layout: 2 }).active).toBe(0);
  });
});

describe("finding a place", () => {
  const places = [
    { series: "t1", index: 3 },
    { series: "t2", index: 0 },
  ];

  it("goes to each series' own slice, not to the linked one", () => {
    expect(indices(after(begun(), { do: "find", places, frames })).slice(0, 2)).toEqual([3, 0]);
  });

  it("leads by the active pane where that shows one of the series", () => {
    const state = after(begun(), { do: "activate", pane: 1 }, { do: "find", places, frames });
    expect(state.active).toBe(1);
  });

  it("takes the series' link to the panes that do not show the finding", () => {
    const only = [{ series: "t1", index: 4 }];
    expect(indices(after(begun(), { do: "find", places: only, frames })).slice(0, 2)).toEqual([
      4, 2,
    ]);
  });

  it("brings the series into the active pane where no pane shows it", () => {
    const state = after(begun(), {
      do: "find",
      places: [{ series: "axial", index: 2 }],
      frames,
    });
    expect(state.panes[0]).toEqual({ series: "axial", index: 2 });
  });

  it("does nothing for a finding without a place", () => {
    const state = begun();
    expect(after(state, { do: "find", places: [], frames })).toBe(state);
  });
});

import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { EvidencePlace, StudyDetail } from "../api/types";
import { detail, finding } from "../findings/testing";
import { problem, status } from "../testing/fakeService";
import { fakeEngine, type FakeStage } from "../viewport/fakeEngine";
import { seriesAt } from "../viewport/testing";
import { showStudyPage } from "./testing";

const SERIES = { id: 1, number: 1, modality: "MR", kind: "image", instance_count: 5, original: null };
const t1 = seriesAt([0, 5, 10, 15, 20], { frameOfReference: "f" });
const t2 = seriesAt([0, 10, 20], { frameOfReference: "f" }).map((frame) => ({
  ...frame,
  instanceUid: `t2-${frame.instanceUid}`,
  imageId: `t2-${frame.imageId}`,
}));
const OUTLINE: [number, number][] = [
  [4, 2],
  [4, 6],
  [8, 6],
  [8, 2],
];
const at = (series: string, instance: string | undefined): EvidencePlace => ({
  series_uid: series,
  instance_uid: instance ?? "",
  frame: 0,
  slice: 0,
  outline: OUTLINE,
  box: null,
});
const bulge = finding({ evidence: [at("1.t1", t1[3]?.instanceUid)] });
const slip = finding({
  id: 2,
  title: "Slip",
  level: "L4-L5",
  index_from_caudal: 2,
  probability: 0.6,
  evidence: [at("1.t2", t2[0]?.instanceUid)],
});

function study(other: Partial<StudyDetail> = {}): StudyDetail {
  const series = [
    { ...SERIES, uid: "1.t1", description: "T1 sagittal" },
    { ...SERIES, id: 2, uid: "1.t2", description: "T2 sagittal" },
  ];
  return detail({ series, findings: [bulge, slip], ...other });
}

function show(of: StudyDetail | Response = study(), engine = fakeEngine({ "1.t1": t1, "1.t2": t2 })) {
  return { ...showStudyPage({ of, engine }), user: userEvent.setup() };
}

const pane = (name: string) => screen.findByRole("group", { name });
async function begun(): Promise<void> {
  await waitFor(() => expect(document.querySelectorAll(".pane[data-slice]")).toHaveLength(2));
}
const slices = () =>
  [...document.querySelectorAll<HTMLElement>(".pane")].map((one) => one.dataset.slice);
const chosen = () => document.querySelectorAll(".shape-chosen").length;

describe("a study's page", () => {
  it("says whose study it is and shows its first two series side by side", async () => {
    show();
    expect(await screen.findByRole("heading", { level: 1, name: "Simulated One" })).toBeDefined();
    await pane("T1 sagittal");
    await pane("T2 sagittal");
    await begun();
    // Each begins where most findings point.
    expect(slices()).toEqual(["4", "1"]);
  });

  it("shows each series' first slice at once, and none before it", async () => {
    const { stages } = show();
    await begun();
    expect(stages.map((stage) => stage.did[0])).toEqual(["open 3", "open 0"]);
  });

  it("fetches every slice of what it shows, once", async () => {
    const { fetched } = show();
    await begun();
    await waitFor(() => expect(fetched).toHaveLength(8));
    expect(new Set(fetched).size).toBe(8);
  });

  it("says why it cannot be shown", async () => {
    show(status(404, problem("No such study.")));
    expect((await screen.findByRole("alert")).textContent).toContain("No such study.");
  });

  it("says that a series could not be had, and shows it once it can", async () => {
    const engine = fakeEngine({ "1.t1": t1, "1.t2": "broken" });
    const { user, mend } = show(study(), engine);
    const alert = await screen.findByText(/This series could not be loaded/);
    mend("1.t2", t2);
    await user.click(within(alert).getByRole("button", { name: "Load again" }));
    await begun();
    expect(screen.queryByText(/could not be loaded/)).toBeNull();
  });

  it("asks again when the service says that the study changed", async () => {
    const { service, events } = show();
    await begun();
    act(() => events[0]?.says(JSON.stringify({ id: 8, revision: 2 })));
    expect(service.of("GET /api/v1/studies/7")).toHaveLength(1);
    act(() => events[0]?.says(JSON.stringify({ id: 7, revision: 2 })));
    await waitFor(() => expect(service.of("GET /api/v1/studies/7")).toHaveLength(2));
    expect(slices()).toEqual(["4", "1"]);
  });
});

describe("scrolling", () => {
  it("by key takes the linked series along", async () => {
    show();
    await begun();
    fireEvent.keyDown(window, { key: "Home" });
    await waitFor(() => expect(slices()).toEqual(["1", "1"]));
    fireEvent.keyDown(window, { key: "End" });
    await waitFor(() => expect(slices()).toEqual(["5", "3"]));
  });

  it("by key leaves the other alone once the link is off", async () => {
    show();
    await begun();
    fireEvent.keyDown(window, { key: "k" });
    fireEvent.keyDown(window, { key: "Home" });
    await waitFor(() => expect(slices()).toEqual(["1", "1"]));
    fireEvent.keyDown(window, { key: "End" });
    await waitFor(() => expect(slices()).toEqual(["5", "1"]));
  });

  it("by wheel goes on by one slice a notch", async () => {
    const { stages } = show();
    await begun();
    const surface = stages[0]?.element.parentElement as HTMLElement;
    fireEvent.wheel(surface, { deltaY: 100 });
    await waitFor(() => expect(slices()[0]).toBe("5"));
  });

  it("by slider goes straight there", async () => {
    show();
    await begun();
    fireEvent.change(screen.getByRole("slider", { name: "Slice of T1 sagittal" }), {
      target: { value: "1" },
    });
    await waitFor(() => expect(slices()[0]).toBe("2"));
  });
});

describe("a finding", () => {
  it("that is chosen brings its slice, in the middle and highlighted", async () => {
    const { stages, user } = show();
    await begun();
    fireEvent.keyDown(window, { key: "Home" });
    expect(chosen()).toBe(0);
    await user.click(screen.getByRole("button", { name: /^Posterior contour bulge/ }));
    await waitFor(() => expect(slices()[0]).toBe("4"));
    expect(chosen()).toBe(1);
    await waitFor(() => expect(stages[0]?.did).toContain("centre 6,4"));
  });

  it("is chosen by a click on its outline", async () => {
    const { stages } = show();
    await begun();
    const surface = (stages[0] as FakeStage).element.parentElement as HTMLElement;
    // The place (6, 4) lies at (9, 13) where a pixel is two CSS pixels.
    fireEvent.pointerDown(surface, { clientX: 9, clientY: 13, button: 0 });
    fireEvent.pointerUp(surface, { clientX: 9, clientY: 13, button: 0 });
    const row = screen.getByRole("button", { name: /^Posterior contour bulge/ });
    await waitFor(() => expect(row.getAttribute("aria-pressed")).toBe("true"));
  });

  it("is stepped to by key", async () => {
    show();
    await begun();
    fireEvent.keyDown(window, { key: "n" });
    fireEvent.keyDown(window, { key: "n" });
    const row = screen.getByRole("button", { name: /^Slip/ });
    await waitFor(() => expect(row.getAttribute("aria-pressed")).toBe("true"));
    await waitFor(() => expect(slices()).toEqual(["1", "1"]));
  });

  it("is no longer drawn once the slider is above it, but still stored as it is", async () => {
    const { user } = show();
    await begun();
    const drawn = () => document.querySelectorAll(".shape-finding").length;
    expect(drawn()).toBe(2);
    await user.click(screen.getByRole("button", { name: "0.7" }));
    expect(drawn()).toBe(1);
    await user.click(screen.getByText("1 below its threshold"));
    expect(screen.getByText("By the slider only. The stored decision: positive.")).toBeDefined();
  });
});

describe("the tools", () => {
  it("change the window by a drag and bring it back", async () => {
    const { stages } = show();
    await begun();
    const surface = (stages[0] as FakeStage).element.parentElement as HTMLElement;
    const window = () => document.querySelector(".corner-window")?.textContent;
    const before = window();
    fireEvent.pointerDown(surface, { clientX: 50, clientY: 50, button: 0 });
    fireEvent.pointerMove(surface, { clientX: 150, clientY: 50 });
    fireEvent.pointerUp(surface, { clientX: 150, clientY: 50, button: 0 });
    await waitFor(() => expect(window()).not.toBe(before));
    fireEvent.keyDown(document.body, { key: "r" });
    expect(stages[0]?.did).toContain("fit");
  });

  it("measure in mm where the spacing is known", async () => {
    const { stages } = show();
    await begun();
    fireEvent.keyDown(window, { key: "l" });
    const surface = (stages[0] as FakeStage).element.parentElement as HTMLElement;
    fireEvent.pointerDown(surface, { clientX: 1, clientY: 1, button: 0 });
    fireEvent.pointerMove(surface, { clientX: 1, clientY: 41 });
    fireEvent.pointerUp(surface, { clientX: 1, clientY: 41, button: 0 });
    // 40 CSS pixels are 20 rows of 0.5 mm.
    expect(await screen.findByText("10 mm")).toBeDefined();
    fireEvent.keyDown(window, { key: "Delete" });
    await waitFor(() => expect(screen.queryByText("10 mm")).toBeNull());
  });

  it("measure in pixels where it is not", async () => {
    const bare = seriesAt([0, 5], { spacing: null, frameOfReference: "f" });
    const engine = fakeEngine({ "1.t1": bare, "1.t2": t2 });
    const { stages } = show(study({ findings: [] }), engine);
    await begun();
    fireEvent.keyDown(window, { key: "l" });
    const surface = (stages[0] as FakeStage).element.parentElement as HTMLElement;
    fireEvent.pointerDown(surface, { clientX: 1, clientY: 1, button: 0 });
    fireEvent.pointerMove(surface, { clientX: 1, clientY: 41 });
    fireEvent.pointerUp(surface, { clientX: 1, clientY: 41, button: 0 });
    expect(await screen.findByText("20 px")).toBeDefined();
  });

  it("show one series alone, and close what is no longer seen", async () => {
    const { stages, user } = show();
    await begun();
    await user.click(screen.getByRole("button", { name: "Series side by side: 1" }));
    expect(document.querySelectorAll(".pane")).toHaveLength(1);
    expect(stages[1]?.did.at(-1)).toBe("close");
  });
});

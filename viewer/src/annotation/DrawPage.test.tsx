import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SavedWork } from "../api/types";
import { problem, status } from "../testing/fakeService";
import { begun, boxMark, caseToDraw, show } from "./testing";
import { PAUSE_MS } from "./useSaving";

const GET = "GET /api/v1/annotation/cases/7/work";
const PUT = "PUT /api/v1/annotation/cases/7/work";
const NEXT = "GET /api/v1/annotation/cases/9/work";

function draw(changed: Parameters<typeof caseToDraw>[0] = {}, put?: (body: SavedWork) => unknown) {
  let edition = changed.work?.edition ?? 0;
  return show("/annotation/cases/7", ["annotate"], {
    [GET]: () => caseToDraw(changed),
    [NEXT]: () => caseToDraw({ id: 9, name: "case-001", position: 3, previous: 7, following: null }),
    [PUT]: ({ body }) => {
      const sent = body as SavedWork;
      if (put) return put(sent);
      edition += 1;
      return { ...sent, edition, at: "2030-01-01T00:00:00Z" };
    },
  });
}

const key = (name: string) => fireEvent.keyDown(window, { key: name });
const sent = (service: ReturnType<typeof draw>["service"]) =>
  service.of(PUT).map(({ body }) => body as SavedWork);

afterEach(() => void vi.useRealTimers());

describe("a case of one's own", () => {
  it("begins on the slice that was drawn on, with what was drawn", async () => {
    const work = { edition: 2, state: "open" as const, reason: "", marks: [boxMark()], spent_s: 60, at: null };
    draw({ work });
    expect(await begun()).toBe("3");
    expect(await screen.findByText("1 drawn · slice 3")).toBeTruthy();
    expect(screen.getByText("Case 2 of 4")).toBeTruthy();
    expect(screen.getByText("Saved")).toBeTruthy();
  });

  it("saves an answer by itself after a pause, once for several", async () => {
    const { service } = draw();
    await begun();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    key("3");
    key("3");
    expect(screen.getByText("Not saved yet")).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(PAUSE_MS));
    await waitFor(() => expect(screen.getByText("Saved")).toBeTruthy());
    const [first, ...others] = sent(service);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ edition: 0, state: "open" });
    expect(first?.marks).toMatchObject([{ label: "quality", answer: "poor", place: null }]);
  });

  it("is saved again by itself where the service could not for a while", async () => {
    let full = true;
    const { service } = draw({}, (sent_) => {
      if (full) return status(503, problem("The archive's database cannot be used now."));
      return { ...sent_, edition: 1, at: "2030-01-01T00:00:00Z" };
    });
    await begun();
    key("3");
    expect(await screen.findByText("The archive's database cannot be used now.")).toBeTruthy();
    full = false;
    expect(await screen.findByText("Saved", {}, { timeout: 10_000 })).toBeTruthy();
    expect(sent(service).map(({ edition }) => edition)).toEqual([0, 0]);
  });

  it("is not sent twice by itself where it may have been kept unheard", async () => {
    const { service } = draw({}, () => {
      throw new TypeError("no answer");
    });
    await begun();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    key("3");
    await act(() => vi.advanceTimersByTimeAsync(PAUSE_MS));
    await screen.findByRole("button", { name: "Save again" });
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(sent(service)).toHaveLength(1);
  });

  it("is done by one key, which goes on to the next case", async () => {
    const { service } = draw();
    await begun();
    key("3");
    key("n");
    expect(await screen.findByRole("heading", { name: "Discs: case-001" })).toBeTruthy();
    expect(sent(service)).toMatchObject([{ state: "done", edition: 0 }]);
  });

  it("keeps an outline that was still open when it is done", async () => {
    const { service } = draw();
    await begun();
    key("3");
    for (const one of ["2", "t", "j", " "]) key(one);
    for (const way of ["ArrowRight", "ArrowDown", "ArrowLeft"]) {
      for (let n = 0; n < 3; n++) key(way);
      key(" ");
    }
    key("n");
    expect(await screen.findByRole("heading", { name: "Discs: case-001" })).toBeTruthy();
    const done = sent(service).filter(({ state }) => state === "done");
    expect(done[0]?.marks).toHaveLength(2);
    expect(sent(service).every(({ state }) => state === "done")).toBe(true);
  });

  it("wants an answer first", async () => {
    const { service } = draw();
    await begun();
    key("n");
    expect(await screen.findByText("First answer: Quality")).toBeTruthy();
    expect(sent(service)).toEqual([]);
  });

  it("that was done stays done while it is mended", async () => {
    const answered = { id: "q", label: "quality", answer: "good" };
    const work = { edition: 3, state: "done" as const, reason: "", marks: [answered], spent_s: 60, at: null };
    const { service } = draw({ work });
    await begun();
    vi.useFakeTimers({ shouldAdvanceTime: true });
    key("3");
    await act(() => vi.advanceTimersByTimeAsync(PAUSE_MS));
    await waitFor(() => expect(sent(service)).toMatchObject([{ edition: 3, state: "done" }]));
  });

  it("keeps what was drawn where it cannot be saved, and saves it when asked again", async () => {
    let fails = true;
    const { service, user } = draw({}, (body) =>
      fails ? status(503, problem("The database rests.")) : { ...body, edition: 1, at: null },
    );
    await begun();
    key("3");
    key("n");
    expect(await screen.findByText("The database rests.")).toBeTruthy();
    expect((screen.getByRole("radio", { name: "good" }) as HTMLInputElement).checked).toBe(true);
    fails = false;
    await user.click(screen.getByRole("button", { name: "Save again" }));
    expect(await screen.findByText("Saved")).toBeTruthy();
    expect(sent(service).at(-1)).toMatchObject({ state: "done", marks: [{ answer: "good" }] });
  });

  it("that was saved elsewhere meanwhile is loaded again, not overwritten", async () => {
    const { service, user } = draw({}, () => status(409, problem("Saved elsewhere.")));
    await begun();
    key("3");
    key("n");
    await user.click(await screen.findByRole("button", { name: "Load the case again" }));
    await waitFor(() => expect(service.of(GET).length).toBeGreaterThan(1));
    expect(screen.queryByRole("button", { name: "Save again" })).toBeNull();
  });

  it("that cannot be judged is finished with its reason", async () => {
    const { service, user } = draw();
    await begun();
    await user.click(screen.getByRole("button", { name: /Cannot be judged/ }));
    await user.type(screen.getByRole("textbox"), "moved");
    await user.click(screen.getByRole("button", { name: /Keep it so/ }));
    expect(await screen.findByRole("heading", { name: "Discs: case-001" })).toBeTruthy();
    expect(sent(service)).toMatchObject([{ state: "unjudged", reason: "moved" }]);
  });

  it("takes labels by their numbers, each with the tools of its kind", async () => {
    draw();
    await begun();
    expect((screen.getByRole("button", { name: /Hernia/ })).getAttribute("aria-pressed")).toBe("true");
    expect(screen.queryByRole("button", { name: "Brush" })).toBeNull();
    key("2");
    expect((screen.getByRole("button", { name: /Disc/ })).getAttribute("aria-pressed")).toBe("true");
    expect((await screen.findByRole("button", { name: "Brush" })).getAttribute("aria-pressed")).toBe("true");
    expect(screen.queryByRole("button", { name: "New box in the middle" })).toBeNull();
    key("4");
    expect(document.querySelectorAll(".pane")).toHaveLength(1);
  });

  it("keeps a box that was drawn without a pointer", async () => {
    const { service, user } = draw();
    await begun();
    await user.click(screen.getByRole("button", { name: "New box in the middle" }));
    key("3");
    key("n");
    await screen.findByRole("heading", { name: "Discs: case-001" });
    expect(sent(service).at(-1)?.marks).toMatchObject([
      { label: "hernia", place: { series_uid: "1.t1", frame: 0 } },
      { label: "quality" },
    ]);
  });

  it("that is not there is told as the service tells it", async () => {
    show("/annotation/cases/7", ["annotate"], { [GET]: () => status(404, problem("No such case.")) });
    expect(await screen.findByText("No such case.")).toBeTruthy();
  });
});

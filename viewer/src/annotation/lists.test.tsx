import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { AnnotationListDetail } from "../api/types";
import { problem, status } from "../testing/fakeService";
import { layoutsOf } from "./ExportForm";
import { asLabels } from "./LabelsEditor";
import { named } from "./StudiesChoice";
import { LABELS, show } from "./testing";

const LEADS = ["manage_annotation", "see_worklist", "export"];
const ANN = { id: 3, name: "ann", full_name: "Ann Atom" };
const BEA = { id: 4, name: "bea", full_name: "Bea Bolt" };
const PEOPLE = { "GET /api/v1/annotation/people": () => [ANN, BEA] };

function listed(closed = false): AnnotationListDetail {
  const far = { active: true, done: 1, unjudged: 1, begun: 0, spent_s: 150 };
  return {
    of_list: {
      id: 1,
      name: "Discs",
      labels: LABELS,
      cases: 4,
      adjudicated: 1,
      closed,
      created_at: "2030-01-07T08:00:00Z",
      annotators: [{ ...ANN, ...far }],
    },
    cases: [
      { id: 5, name: "case-001", study: 8, patient: "P-1", title: "MR 1", states: { "3": "done" }, adjudicated: true },
      { id: 6, name: "case-002", study: 9, patient: "P-2", title: "", states: {}, adjudicated: false },
    ],
  };
}
const FIGURE = { label: "disc", measure: "dice" as const, value: 0.876, low: 0.5, high: 0.95, n: 2, unit: "reading-pair", cases: 2, too_few: false };
const FEW = { ...FIGURE, value: 0.25, n: 3, label: "hernia", measure: "iou" as const, low: null, high: null, too_few: true };
const LIST = {
  ...PEOPLE,
  "GET /api/v1/annotation/lists/1": () => listed(),
  "GET /api/v1/annotation/lists/1/agreement": () => ({
    ...{ figures: [FIGURE, FEW], cases: 2, patients: 2, needed: 10 },
  }),
};

describe("the lists", () => {
  it("of an annotator say how far they are and lead on, and show nothing else", async () => {
    const mine = { id: 1, name: "Discs", labels: LABELS, cases: 4, done: 1, next: 7 };
    const { service, user } = show("/annotation", ["annotate"], {
      "GET /api/v1/annotation/mine": () => [mine, { ...mine, id: 2, name: "Knees", next: null, done: 4 }],
      "GET /api/v1/annotation/mine/2": () => [{ id: 11, name: "case-001", state: "done" }],
    });
    expect(await screen.findByText("1 of 4 done")).toBeTruthy();
    expect((screen.getByRole("link", { name: "Go on" })).getAttribute("href")).toBe("/annotation/cases/7");
    expect(screen.getByText("All done")).toBeTruthy();
    await user.click(screen.getAllByText("My cases")[1] as HTMLElement);
    expect((await screen.findByRole("link", { name: "case-001" })).getAttribute("href")).toBe("/annotation/cases/11");
    expect(service.asked.filter(({ path }) => /lists|adjudication/.test(path))).toEqual([]);
  });

  it("that are none are said to be none", async () => {
    show("/annotation", ["annotate", ...LEADS, "adjudicate"], {
      "GET /api/v1/annotation/mine": () => [],
      "GET /api/v1/annotation/lists": () => [],
      "GET /api/v1/annotation/adjudication": () => [],
    });
    expect(await screen.findByText(/No list is waiting/)).toBeTruthy();
    expect(await screen.findByText(/A list says which images/)).toBeTruthy();
    expect(await screen.findByText("No list yet.")).toBeTruthy();
  });

  it("that cannot be had are told in Spanish, with a way to try again", async () => {
    let fails = true;
    const { user } = show(
      "/annotation",
      ["adjudicate"],
      { "GET /api/v1/annotation/adjudication": () => (fails ? status(500, problem("No.")) : []) },
      "es",
    );
    expect(await screen.findByText("Por arbitrar")).toBeTruthy();
    fails = false;
    await user.click(await screen.findByRole("button", { name: "Intentar de nuevo" }));
    expect(await screen.findByText("Aún no hay listas.")).toBeTruthy();
  });

  it("to decide lead to their cases", async () => {
    const list = { id: 1, name: "Discs", labels: LABELS, cases: 2, ready: 1, adjudicated: 1 };
    const { user } = show("/annotation", ["adjudicate"], {
      "GET /api/v1/annotation/adjudication": () => [list],
      "GET /api/v1/annotation/adjudication/1": () => [
        { id: 7, name: "case-001", finished: 1, annotators: 2, adjudicated: true },
      ],
    });
    await user.click(await screen.findByRole("link", { name: "Discs" }));
    expect(await screen.findByText("1 of 2 finished")).toBeTruthy();
    expect((screen.getByRole("link", { name: "case-001" })).getAttribute("href")).toBe("/annotation/decide/7");
  });
});

describe("a list for who leads it", () => {
  it("shows who is how far and how they agree", async () => {
    show("/annotation/lists/1", LEADS, LIST);
    expect(await screen.findByText("2 of 4 done")).toBeTruthy();
    expect(await screen.findByText("0.88")).toBeTruthy();
    expect(screen.getByText("0.5 – 0.95")).toBeTruthy();
    expect(screen.getByText("too few patients for an interval (10 are needed)")).toBeTruthy();
    expect(screen.getByText("2 pairs of drawings")).toBeTruthy();
    const row = within(screen.getByRole("row", { name: /case-002/ }));
    expect(row.getByText("not begun")).toBeTruthy();
    expect(row.getByText("a whole study")).toBeTruthy();
  });

  it("is given to others, and closed", async () => {
    const { service, user } = show("/annotation/lists/1", LEADS, {
      ...LIST,
      "PATCH /api/v1/annotation/lists/1": () => listed(true),
    });
    await user.click(await screen.findByRole("checkbox", { name: /Bea Bolt/ }));
    await user.click(screen.getByRole("button", { name: "Save who draws" }));
    await screen.findByText("The list was changed.");
    const patches = service.of("PATCH /api/v1/annotation/lists/1");
    expect(patches[0]?.body).toEqual({ annotators: [3, 4] });
    await user.click(screen.getByRole("button", { name: "Open it again" }));
    await waitFor(() => expect(patches.length).toBe(1));
    expect(service.of("PATCH /api/v1/annotation/lists/1")[1]?.body).toEqual({ closed: false });
  });

  it("takes further cases, and says why where it takes none", async () => {
    const more = listed();
    more.cases.push({ ...more.cases[1]!, id: 7, name: "case-003", study: 12 });
    let decided = true;
    const { service, user } = show("/annotation/lists/1", LEADS, {
      ...LIST,
      "POST /api/v1/annotation/lists/1/cases": () =>
        decided ? status(409, problem("No case was added.")) : more,
    });
    await user.click(await screen.findByText("Add cases"));
    await user.type(screen.getByRole("textbox", { name: /^Studies/ }), "#12");
    await user.click(screen.getByRole("button", { name: "Add them" }));
    expect(await screen.findByText("No case was added.")).toBeTruthy();
    decided = false;
    await user.click(screen.getByRole("button", { name: "Add them" }));
    expect(await screen.findByText("1 case added")).toBeTruthy();
    expect(screen.getByRole("row", { name: /case-003/ })).toBeTruthy();
    expect(service.of("POST /api/v1/annotation/lists/1/cases")[1]?.body).toEqual({
      studies: ["#12"],
      scope: "study",
      described: "",
    });
  });

  it("is exported as the layout and the source say", async () => {
    const made = vi.fn(() => "blob:1");
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: made, revokeObjectURL: () => undefined }));
    const { service, user } = show("/annotation/lists/1", LEADS, {
      ...LIST,
      "GET /api/v1/annotation/lists/1/export": () => new Response("zip"),
    });
    await user.selectOptions(await screen.findByLabelText("Layout"), "nifti");
    await user.selectOptions(screen.getByLabelText("Whose drawing"), "Ann Atom alone");
    await user.click(screen.getByRole("button", { name: "Download the zip" }));
    await waitFor(() => expect(made).toHaveBeenCalled());
    const [asked] = service.of("GET /api/v1/annotation/lists/1/export");
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({ layout: "nifti", source: "annotator", annotator: "3" });
  });

  it("offers no export to who may not, and tells one that failed", async () => {
    show("/annotation/lists/1", ["manage_annotation"], LIST);
    await screen.findByText("2 of 4 done");
    expect(screen.queryByText("Download the zip")).toBeNull();
    expect(layoutsOf({ ...listed().of_list, labels: LABELS.slice(0, 1) })).toEqual(["voc", "coco", "yolo"]);
    expect(layoutsOf({ ...listed().of_list, labels: LABELS.slice(2) })).toEqual(["png", "nifti"]);
  });
});

describe("a new list", () => {
  it("reads numbers apart by commas and lines, each once", () => {
    expect(named("#1, 2\n1.2.3;2  ACC-7")).toEqual(["#1", "2", "1.2.3", "ACC-7"]);
  });

  it("has answers for labels of the case alone", () => {
    const draft = { id: 0, name: " Q ", kind: "case" as const, colour: "#000000", answers: "a, b,,c " };
    expect(asLabels([draft])[0]).toMatchObject({ name: "Q", answers: ["a", "b", "c"] });
    expect(asLabels([{ ...draft, kind: "box" }])[0]?.answers).toEqual([]);
  });

  it("is made of what the worklist finds", async () => {
    const { service, user } = show("/annotation/new", LEADS, {
      ...LIST,
      "GET /api/v1/worklist": () => ({ studies: [{ id: 8 }, { id: 9 }], next: null }),
      "POST /api/v1/annotation/choice": () => ({
        cases: [{ study: 8, patient: "P-1", series_uid: "1.2", title: "MR 1", images: 15 }],
        unknown: ["77"],
        empty: ["9"],
      }),
      "POST /api/v1/annotation/lists": () => status(201, listed()),
    });
    await user.type(await screen.findByLabelText("Name of the list"), "Discs");
    await user.click(screen.getByRole("button", { name: "Add what is found" }));
    expect(await screen.findByText("2 studies were added.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Show the cases" }));
    expect(await screen.findByText("#8 · P-1 · MR 1 · 15 images")).toBeTruthy();
    expect(screen.getByText("Not in the archive: 77")).toBeTruthy();
    await user.type(screen.getByLabelText("Name"), "Hernia");
    await user.click(screen.getByRole("checkbox", { name: /Ann Atom/ }));
    await user.click(screen.getByRole("button", { name: "Make the list" }));
    expect(await screen.findByText("The list was made.")).toBeTruthy();
    expect(service.of("POST /api/v1/annotation/lists")[0]?.body).toMatchObject({
      name: "Discs",
      studies: ["#8", "#9"],
      scope: "series",
      annotators: [3],
      labels: [{ name: "Hernia", kind: "box", answers: [] }],
    });
  });

  it("that is refused keeps what was typed", async () => {
    const { user } = show("/annotation/new", LEADS, {
      ...PEOPLE,
      "POST /api/v1/annotation/lists": () => status(422, problem("The list was not made.")),
    });
    await user.type(await screen.findByLabelText("Name of the list"), "Discs");
    await user.type(screen.getByLabelText(/^Studies/), "1");
    await user.type(screen.getByLabelText("Name"), "Hernia");
    await user.click(await screen.findByRole("checkbox", { name: /Ann Atom/ }));
    await user.click(screen.getByRole("button", { name: "Make the list" }));
    expect(await screen.findByText("The list was not made.")).toBeTruthy();
    expect((screen.getByLabelText("Name of the list") as HTMLInputElement).value).toBe("Discs");
  });
});

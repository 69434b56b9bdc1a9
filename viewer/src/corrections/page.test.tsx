import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { Corrections, CorrectionEntry, NewCorrection, Overlays } from "../api/types";
import { analysis, detail, finding } from "../findings/testing";
import { problem, status } from "../testing/fakeService";
import { type Showing, showStudyPage } from "../study/testing";
import { corrections, entry, stands } from "./testing";

const bulge = finding();
const narrow = finding({ id: 2, name: "disc-narrowing", title: "Narrowing", value: false, probability: 0.1 });
const grade = finding({
  ...{ id: 3, name: "pfirrmann-grade", title: "Pfirrmann grade", text: "Grade 4", value: 4 },
  ...{ grades: 5, threshold: null, probabilities: [0, 0, 0.3, 0.6, 0.1] },
});
const SAY = "POST /api/v1/studies/7/corrections/together";
const GET = "GET /api/v1/studies/7/corrections";
const all = (other: Partial<Corrections> = {}) =>
  corrections({
    findings: [
      stands(),
      stands({ finding: 2, name: "disc-narrowing", title: "Narrowing", value: false }),
      stands({ finding: 3, name: "pfirrmann-grade", title: "Pfirrmann grade", value: 4, text: "Grade 4" }),
    ],
    ...other,
  });

function show(other: Partial<Showing> = {}, now = all()) {
  const shown = showStudyPage({
    of: detail({ findings: [bulge, narrow, grade] }),
    ...other,
    routes: { [GET]: () => now, [SAY]: () => now, ...other.routes },
  });
  const said = () =>
    shown.service.of(SAY).map(({ body }) => (body as { corrections: NewCorrection[] }).corrections);
  return { ...shown, said, user: userEvent.setup() };
}
/** The service after something was said of finding 1. */
const after = (said: Partial<CorrectionEntry>, state: "accepted" | "rejected" | "changed", value = true) =>
  all({
    corrections: [entry({ id: 11, ...said })],
    findings: [stands({ state, value, by: "Clara Mora", at: "2026-02-15T10:00:00Z" }), ...all().findings.slice(1)],
    said: [11],
  });
const press = (key: string) => fireEvent.keyDown(window, { key });

describe("a finding's row", () => {
  it("is accepted by one click, and says whose word it is and when", async () => {
    const { said, service, user } = show();
    service.on(SAY, () => after({}, "accepted"));
    await user.click(await screen.findByRole("button", { name: /^Accept Posterior contour bulge L5-S1/ }));
    expect(said()).toEqual([[{ kind: "accept", finding: 1, note: "" }]]);
    expect(await screen.findByText(/^accepted by Clara Mora/)).toBeDefined();
    expect(screen.getByText("Posterior contour bulge L5-S1 accepted.")).toBeDefined();
    expect(screen.getByText("2 not read")).toBeDefined();
  });

  it("is rejected by one key once it is chosen, and the model's word stays, struck", async () => {
    const { said, service, user } = show();
    service.on(SAY, () => after({ kind: "reject" }, "rejected"));
    await user.click(await screen.findByRole("button", { name: /^Posterior contour bulge/ }));
    press("x");
    await screen.findByText(/^rejected by Clara Mora/);
    expect(said()).toEqual([[{ kind: "reject", finding: 1, note: "" }]]);
    expect(document.querySelector(".finding-rejected s")?.textContent).toBe("positive");
  });

  it("takes no key while a note is written, and the note goes with what is said", async () => {
    const { said, user } = show();
    await user.click(await screen.findByRole("button", { name: /^Pfirrmann grade/ }));
    await user.type(screen.getByLabelText("Note"), "yes, see slice 7");
    expect(said()).toEqual([]);
    const grades = screen.getByRole("group", { name: "Grade of Pfirrmann grade" });
    await user.click(within(grades).getByRole("button", { name: /^3 as grade 3 looks/ }));
    expect(said()).toEqual([[{ kind: "grade", finding: 3, grade: 3, note: "yes, see slice 7" }]]);
  });

  it("keeps the note and tells all four parts where it was refused", async () => {
    const { service, user } = show();
    service.on(SAY, () => status(409, problem("The correction was not kept.")));
    await user.click(await screen.findByRole("button", { name: /^Posterior contour bulge/ }));
    await user.type(screen.getByLabelText("Note"), "typed");
    await user.click(screen.getByRole("button", { name: /^Accept Posterior contour bulge L5/ }));
    const told = (await screen.findByText("The correction was not kept.")).parentElement as HTMLElement;
    for (const part of ["The correction was not kept.", "what was found", "what is needed", "how to mend it"])
      expect(within(told).getByText(part)).toBeDefined();
    expect(screen.getByLabelText<HTMLTextAreaElement>("Note").value).toBe("typed");
    // What others said meanwhile is asked for, since it is most often why.
    await waitFor(() => expect(service.of(GET)).toHaveLength(2));
  });

  it("names the word whose place is taken, so that no other window's is overwritten unseen", async () => {
    const { said, user } = show({}, after({}, "accepted"));
    await user.click(await screen.findByRole("button", { name: /^Reject Posterior contour bulge/ }));
    expect(said()[0]).toEqual([{ kind: "reject", finding: 1, note: "", supersedes: 11 }]);
  });

  it("has no buttons for a reader who may not correct, and says what was corrected", async () => {
    show({ permissions: ["see_findings"] }, after({ kind: "reject" }, "rejected"));
    expect(await screen.findByText(/^rejected by Clara Mora/)).toBeDefined();
    expect(screen.queryByRole("button", { name: /^Accept|^Reject|Renumber|Add a finding/ })).toBeNull();
    expect(screen.getByText("All corrections (1)")).toBeDefined();
  });

  it("shows the models' own where the corrections cannot be had, and says so", async () => {
    const { service, user } = show({ routes: { [GET]: () => status(503, problem("away")) } });
    const told = await screen.findByText(/could not be had/);
    expect(screen.queryByRole("button", { name: /^Accept/ })).toBeNull();
    service.on(GET, () => all());
    await user.click(within(told).getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("button", { name: "Accept all (3)" })).toBeDefined();
  });
});

describe("to undo", () => {
  it("takes back what was said last, by the message, the button or a key", async () => {
    const { said, service, user } = show();
    service.on(SAY, () => after({}, "accepted"));
    await user.click(await screen.findByRole("button", { name: /^Accept Posterior contour bulge L5/ }));
    await screen.findByText("Posterior contour bulge L5-S1 accepted.");
    service.on(SAY, () => all({ said: [12] }));
    await user.click(screen.getAllByRole("button", { name: "Undo" }).at(-1) as HTMLElement);
    expect(await screen.findByText("Taken back.")).toBeDefined();
    expect(said()[1]).toEqual([{ kind: "withdraw", supersedes: 11, note: "" }]);
    press("u");
    await act(async () => undefined);
    expect(said()).toHaveLength(2);
  });

  it("says anew what a word had taken the place of", async () => {
    const before = entry({ id: 4, kind: "call", positive: false, superseded: true, note: "n" });
    const { said, service, user } = show();
    const now = after({ supersedes: 4 }, "accepted");
    service.on(SAY, () => ({ ...now, corrections: [before, ...now.corrections] }));
    await user.click(await screen.findByRole("button", { name: /^Accept Posterior contour bulge L5/ }));
    await screen.findByText("Posterior contour bulge L5-S1 accepted.");
    press("u");
    await waitFor(() => expect(said()).toHaveLength(2));
    expect(said()[1]?.[0]).toMatchObject({ kind: "call", positive: false, note: "n", supersedes: 11 });
  });
});

describe("all at once", () => {
  it("accepts a level or the study in one call, with how many are below their threshold", async () => {
    const { said, user } = show();
    await user.click(await screen.findByRole("button", { name: "Accept 3 of L5-S1" }));
    expect(said()[0]?.map(({ kind, finding: of }) => [kind, of])).toEqual([
      ["accept", 3],
      ["accept", 1],
      ["accept", 2],
    ]);
    expect(await screen.findByText("3 findings accepted, 1 of them below threshold.")).toBeDefined();
  });

  it("says one after the other what was pressed fast", async () => {
    const { said, user } = show();
    await user.click(await screen.findByRole("button", { name: /^Posterior contour bulge/ }));
    press("x");
    press("y");
    await waitFor(() => expect(said().flat().map(({ kind }) => kind)).toEqual(["reject", "accept"]));
  });
});

describe("another reader's words", () => {
  it("show up when the study is told to have changed", async () => {
    const { service, events } = show();
    await screen.findByRole("button", { name: /^Accept Posterior/ });
    service.on(GET, () => after({ kind: "reject", mine: false, by: "Diego" }, "rejected"));
    const now = detail({ findings: [bulge, narrow, grade] });
    service.on("GET /api/v1/studies/7", () => ({ ...now, study: { ...now.study, revision: 2 } }));
    act(() => events[0]?.says(JSON.stringify({ id: 7, revision: 2 })));
    expect(await screen.findByText(/^rejected by/)).toBeDefined();
    expect(service.of("GET /api/v1/studies/7/overlays")).toHaveLength(1);
  });

  it("are told with the history of the finding, what was taken back struck", async () => {
    const of_model = { name: "disc-bulging", title: "Posterior contour bulge", level: "L5-S1" };
    const model = { ...of_model, index_from_caudal: 1, value: true, text: "Positive" };
    const words = [
      entry({ id: 1, kind: "reject", by: "Diego", mine: false, superseded: true, of_model: model, note: "sure?" }),
      entry({ id: 2, kind: "withdraw", by: "Diego", mine: false, supersedes: 1, of_model: model }),
    ];
    const { user } = show({}, all({ corrections: words }));
    await user.click(await screen.findByRole("button", { name: /^Posterior contour bulge/ }));
    const history = screen.getByText("History (2)").closest("details") as HTMLElement;
    const lines = within(history).getAllByRole("listitem", { hidden: true });
    expect(lines.map((line) => line.className)).toEqual(["", "history-gone"]);
    expect(lines[0]?.textContent).toMatch(/took back: rejected Positive/);
    expect(lines[1]?.textContent).toMatch(/rejected Positive.*Diego.*taken back.*sure\?/);
  });
});

describe("the chain of levels", () => {
  const place = { analysis: "a-1", series_uid: "s", instance_uid: "i", frame: 0 };
  const overlays: Overlays = {
    structures: [],
    labels: [{ ...place, level: "L5-S1", row: 1, column: 1 }],
  };
  const two = detail({
    findings: [bulge, finding({ id: 2, level: "L4-L5", index_from_caudal: 2 })],
  });
  const named = all({ levels: { "a-1": { 1: "L5-S1", 2: "L4-L5" } } });

  it("is renamed in one act, that is shown before it is done", async () => {
    const { said, service, user } = show({ of: two, overlays }, named);
    await user.click(await screen.findByRole("button", { name: "Renumber levels" }));
    const dialog = screen.getByRole("dialog", { name: "Renumber the chain of levels" });
    expect(within(dialog).getByText("Nothing changes.")).toBeDefined();
    await user.selectOptions(within(dialog).getByLabelText("Name of disc 2"), "L3-L4");
    expect(within(dialog).getByLabelText<HTMLSelectElement>("The lowest disc is").value).toBe("L4-L5");
    expect(within(dialog).getByText("2 discs get other names.")).toBeDefined();
    const levels = { "a-1": { 1: "L4-L5", 2: "L3-L4" } };
    const findings = [stands({ level: "L4-L5" }), stands({ finding: 2, level: "L3-L4" })];
    service.on(SAY, () => all({ levels, findings, said: [1] }));
    await user.click(within(dialog).getByRole("button", { name: "Renumber" }));
    expect(said()).toEqual([[{ kind: "level", analysis: "a-1", levels: levels["a-1"], note: "" }]]);
    expect(await screen.findByRole("region", { name: "L4-L5" })).toBeDefined();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("moves along what the reader added at its discs, and points at what others did", async () => {
    const add = { kind: "add", finding: null, analysis: null } as const;
    const added = { name: "disc-bulging", level: "L5-S1", value: true, drawn: null };
    const words = [
      entry({ ...add, id: 5, finding_added: added }),
      entry({ ...add, id: 6, finding_added: added, mine: false }),
    ];
    const { said, user } = show({ of: two }, { ...named, corrections: words });
    await screen.findByRole("button", { name: "Renumber levels" });
    press("g");
    const dialog = screen.getByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: /One level up/ }));
    expect(within(dialog).getByText(/1 finding was added by another reader/)).toBeDefined();
    await user.click(within(dialog).getByRole("button", { name: "Renumber" }));
    expect(said()[0]?.[1]).toMatchObject({
      kind: "add",
      supersedes: 5,
      finding_added: { level: "L4-L5" },
    });
    expect(said()[0]).toHaveLength(2);
  });
});

describe("a finding that the models lack", () => {
  it("is added with name, level and grade, and what was typed stays while it is refused", async () => {
    const { said, service, user } = show();
    await screen.findByRole("button", { name: "Add a finding" });
    service.on(SAY, () => status(422, problem("The correction does not fit.")));
    press("m");
    const form = screen.getByRole("form", { name: "Add a finding" });
    await user.selectOptions(within(form).getByLabelText("Finding"), "Pfirrmann grade");
    await user.selectOptions(within(form).getByLabelText("Level"), "L5-S1");
    await user.click(within(form).getByLabelText("2: as grade 2 looks"));
    await user.click(within(form).getByRole("button", { name: "Add" }));
    await screen.findByText("The correction does not fit.");
    expect(within(form).getByLabelText<HTMLSelectElement>("Level").value).toBe("L5-S1");
    service.on(SAY, () => all({ said: [9] }));
    await user.click(within(form).getByRole("button", { name: "Add" }));
    await waitFor(() => expect(screen.queryByRole("form", { name: "Add a finding" })).toBeNull());
    const finding_added = { name: "pfirrmann-grade", level: "L5-S1", value: 2, drawn: null };
    expect(said()[1]).toEqual([{ kind: "add", finding_added, note: "" }]);
  });
});

describe("a new run", () => {
  it("does not carry over an earlier one's corrections: it says so and offers what fits", async () => {
    const model = {
      ...{ name: "disc-bulging", title: "Posterior contour bulge", level: "L5-S1" },
      ...{ index_from_caudal: 1, value: false, text: "Negative" },
    };
    const words = [
      entry({ id: 1, finding: 90, analysis: "old", of_model: model }),
      entry({ id: 2, finding: 91, analysis: "old", of_model: { ...model, level: "L1-L2" } }),
    ];
    const of = detail({ findings: [bulge], analyses: [analysis({ id: "a-1" })] });
    const { said, user } = show({ of }, corrections({ corrections: words }));
    expect(await screen.findByText(/2 corrections are of an earlier analysis/)).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Look at them" }));
    const rest = screen.getByRole("region", { name: "Fits no longer" });
    expect(within(rest).getByText("Posterior contour bulge L1-L2")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "Say 1 again" }));
    // An accepted negative, where the present run calls: the reader's own call.
    expect(said()[0]).toEqual([{ kind: "call", positive: false, finding: 1, note: "" }]);
  });
});

it("is not compared with an earlier one while it is under way", async () => {
  const word = entry({ id: 1, finding: 90, analysis: "old" });
  const of = detail({ findings: [], analyses: [analysis({ state: "running" })] });
  show({ of }, corrections({ corrections: [word], findings: [] }));
  await screen.findByText("All corrections (1)");
  expect(screen.queryByText(/of an earlier analysis/)).toBeNull();
});

describe("the keys", () => {
  it("are listed, without those that correct for who may not", async () => {
    const { user } = show({ permissions: ["see_findings"] });
    await user.click(await screen.findByRole("button", { name: /^Keys/ }));
    const help = screen.getByRole("dialog", { name: "Keys" });
    expect(within(help).getByText("Next finding, the one before")).toBeDefined();
    expect(within(help).queryByText(/^Accept the chosen/)).toBeNull();
  });

  it("are in Spanish where that is chosen", async () => {
    show({ language: "es" });
    await screen.findByRole("button", { name: "Renumerar niveles" });
    press("?");
    expect(screen.getByText(/^Aceptar el hallazgo elegido/)).toBeDefined();
  });
});

import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { OutsideResults } from "../api/types";
import { detail, said } from "../findings/testing";
import { calledRun, silentRun } from "../silent/testing";
import { showStudyPage } from "../study/testing";
import { problem, status } from "../testing/fakeService";
import { fakeEngine } from "../viewport/fakeEngine";
import { seriesAt } from "../viewport/testing";
import type { Language } from "../words";
import { placeOf, resultOf } from "./testing";

const t1 = seriesAt([0, 5, 10, 15, 20]);
const SERIES = { id: 1, number: 1, modality: "MR", kind: "image", instance_count: 5, original: null };
const OF = detail({
  findings: [],
  series: [{ ...SERIES, uid: "1.t1", description: "T1 sagittal" }],
});
const ROUTE = "GET /api/v1/studies/7/outside";
const uidAt = (at: number) => t1[at]?.instanceUid ?? "";

const SEG = resultOf({
  structures: [
    {
      ...{ label: "Disc", meaning: "Intervertebral disc", how: "automatic", algorithm: "finder" },
      places: [placeOf(uidAt(4))],
      unplaced: 1,
    },
    {
      ...{ label: "Nothing", meaning: "", how: "", algorithm: "" },
      places: [],
      unplaced: 0,
    },
  ],
});
const SR = resultOf({
  uid: "9.2",
  kind: "sr",
  description: "",
  title: "Imaging Measurement Report",
  person: "Dr Ken Ito",
  algorithm: "finder 2",
  verified: false,
  findings: [
    {
      ...{ tracking: "gap 1", finding: "Gap", site: "L4-L5", unplaced: 0 },
      answers: [
        { name: "Length", value: 5, unit: "mm" },
        { name: "Ratio", value: 0.3, unit: "1" },
      ],
      places: [placeOf(uidAt(1), { closed: false })],
    },
  ],
  texts: [{ name: "Summary", text: "All is said." }],
});
const told = (other: Partial<OutsideResults> = {}): OutsideResults => ({
  ...{ held: false, results: [SEG, SR], left_out: 0 },
  ...other,
});

function show(outside: OutsideResults | Response, language: Language = "en", routes = {}) {
  const engine = fakeEngine({ "1.t1": t1 });
  const shown = showStudyPage({
    ...{ of: OF, engine, language },
    routes: { [ROUTE]: () => outside, ...routes },
  });
  return { ...shown, user: userEvent.setup() };
}

const shapes = () => document.querySelectorAll(".shape-outside").length;
const slice = () => document.querySelector<HTMLElement>(".pane")?.dataset.slice;
async function opened(user: ReturnType<typeof userEvent.setup>, name: RegExp = /From others/) {
  await user.click(await screen.findByRole("tab", { name: /^(Others|Otros)/ }));
  await waitFor(() => expect(slice()).toBeDefined());
  return screen.findByRole("region", { name });
}

describe("what others found in a study", () => {
  it("stands in a tab of its own, apart from the findings, and is not drawn at first", async () => {
    const { user } = show(told());
    expect(await screen.findByText("No finding was made.")).toBeDefined();
    const panel = await opened(user, /From others/);
    expect(panel.textContent).toContain("none counts as a finding or a call");
    const seg = within(panel).getByRole("article", { name: /Discs by Elsewhere/ });
    for (const words of ["Elsewhere Disc finder 3.1", "By Luz Rivera", "04 Mar 2026", "automatic"]) {
      expect(seg.textContent).toContain(words);
    }
    expect(seg.textContent).not.toContain("verified");
    expect(within(panel).getByRole("article", { name: /Measurement Report/ }).textContent).toMatch(
      /Algorithm: finder 2.*unverified/,
    );
    expect(shapes()).toBe(0);
  });

  it("goes to a structure's slice and draws it by a click, and by its switch no more", async () => {
    const { user } = show(told());
    const panel = await opened(user);
    await user.click(within(panel).getByRole("button", { name: "Disc" }));
    await waitFor(() => expect(slice()).toBe("5"));
    expect(shapes()).toBe(1);
    expect(document.querySelectorAll(".shape-chosen")).toHaveLength(0);
    await user.click(within(panel).getByRole("checkbox", { name: "Draw Disc" }));
    expect(shapes()).toBe(0);
  });

  it("is drawn with all the rest by the switch beside the study's own structures", async () => {
    const { user } = show(told());
    const panel = await opened(user);
    const all = screen.getByRole("checkbox", { name: "Draw what others outlined" });
    await user.click(all);
    await user.click(within(panel).getByRole("button", { name: "Disc" }));
    await waitFor(() => expect(shapes()).toBe(1));
    await user.click(within(panel).getByRole("button", { name: "Gap" }));
    await waitFor(() => expect(slice()).toBe("2"));
    expect(document.querySelectorAll(".span-outside")).toHaveLength(1);
    await user.click(all);
    expect(document.querySelectorAll(".span-outside")).toHaveLength(0);
  });

  it("tells a report's numbers with their units, its words, and what cannot be drawn", async () => {
    const { user } = show(told());
    const panel = await opened(user);
    expect(within(panel).getByText("5 mm")).toBeDefined();
    expect(within(panel).getByText("0.3")).toBeDefined();
    expect(within(panel).getByText("All is said.")).toBeDefined();
    expect(panel.textContent).toContain("1 part lies on no image of this study");
    expect(panel.textContent).toContain("empty: nothing was outlined");
    const empty = within(panel).getByRole("button", { name: "Nothing" });
    expect(empty.hasAttribute("disabled")).toBe(true);
  });

  it("says of one that cannot be read why, beside the others", async () => {
    const bad = resultOf({
      ...{ uid: "9.3", description: "", manufacturer: "", model: "", version: "", person: "" },
      problem: said("outside-unreadable", "The object cannot be read."),
    });
    const { user } = show(told({ results: [bad, SEG], left_out: 2 }));
    const panel = await opened(user);
    expect(within(panel).getByText("The object cannot be read.")).toBeDefined();
    expect(within(panel).getByRole("button", { name: "Disc" })).toBeDefined();
    expect(panel.textContent).toContain("2 older objects are not shown.");
  });

  it("is held back before the reader's own call, and there after it", async () => {
    const runs = "/api/v1/studies/7/own-calls";
    const { user, service } = show(told({ held: true, results: [] }), "en", {
      [`GET ${runs}`]: () => ({ runs: [silentRun()] }),
      [`POST ${runs}`]: () => ({ runs: [calledRun()] }),
    });
    const panel = await opened(user);
    expect(within(panel).getByRole("status").textContent).toContain("after your own call");
    expect(panel.textContent).not.toContain("Elsewhere");
    service.on(ROUTE, () => told());
    service.on(`GET ${runs}`, () => ({ runs: [calledRun()] }));
    await user.click(screen.getByRole("tab", { name: "Findings" }));
    await user.click(await screen.findByRole("button", { name: /and call nothing/ }));
    const sure = within(await screen.findByRole("dialog"));
    await user.click(sure.getByRole("button", { name: /and call nothing/ }));
    expect(await screen.findByRole("tab", { name: "Others (2)" })).toBeDefined();
  });

  it("is asked for again when the study changes", async () => {
    const { service, events } = show(told({ results: [] }));
    await waitFor(() => expect(service.of(ROUTE)).toHaveLength(1));
    expect(screen.queryByRole("tab", { name: /^Others/ })).toBeNull();
    service.on(ROUTE, () => told());
    const newer = { ...OF, study: { ...OF.study, revision: OF.study.revision + 1 } };
    service.on("GET /api/v1/studies/7", () => newer);
    act(() => events[0]?.says(JSON.stringify({ id: 7, revision: newer.study.revision })));
    expect(await screen.findByRole("tab", { name: "Others (2)" })).toBeDefined();
  });

  it("says so where it could not be asked for, and asks again", async () => {
    const { user, service } = show(status(503, problem("The archive is not there.")));
    const panel = await opened(user);
    expect(panel.textContent).toContain("The archive is not there.");
    service.on(ROUTE, () => told());
    await user.click(within(panel).getByRole("button", { name: /again/i }));
    expect(await within(panel).findByRole("button", { name: "Disc" })).toBeDefined();
  });

  it("is told in Spanish to who reads Spanish", async () => {
    const { user } = show(told(), "es");
    const panel = await opened(user, /De otros/);
    expect(panel.textContent).toContain("ninguna cuenta como hallazgo");
    expect(panel.textContent).toContain("sin verificar");
  });
});

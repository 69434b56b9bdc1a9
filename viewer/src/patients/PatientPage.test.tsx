import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test, vi } from "vitest";
import type { Me, ObservationEntry, PatientStudies } from "../api/types";
import { BACK, entry } from "../observations/testing";
import { type FakeService, fakeService, ME, problem, status, study } from "../testing/fakeService";
import { open } from "../testing/page";

const CLINICIAN: Me = {
  ...ME,
  permissions: ["see_worklist", "see_identity", "see_findings", "observe", "export"],
};
const WHO = study(4, { study_date: "2026-06-14" });
const PATIENT: PatientStudies = {
  patient: WHO.patient,
  studies: [WHO, study(3, { study_date: "2025-02-01", state: "signed", anatomy: "knee" })],
  total: 2,
  reports: [
    {
      id: 8, study: 3, language: "en", state: "signed", by: "Clara Mora",
      at: "2025-02-03T10:00:00Z", addenda: 2,
    },
    {
      id: 9, study: 4, language: "es", state: "draft", by: "Ana Ruiz",
      at: "2026-06-15T10:00:00Z", addenda: 0,
    },
  ],
};
const ENTRIES = [
  entry(2, { observed_on: "2026-06-20", values: { "leg-pain": 3, "odi-total": 20 } }),
  entry(1, {
    observed_on: "2026-01-12",
    values: { "leg-pain": 8, "odi-total": 62.5, saddle: true },
    shown: [["Leg pain", "8 / 10"], ["Saddle anaesthesia", "yes"]],
    red_flags: ["Saddle anaesthesia"],
  }),
];

function clinic(
  entries: ObservationEntry[] = ENTRIES,
  patient: PatientStudies = PATIENT,
  me: Me = CLINICIAN,
): FakeService {
  return fakeService({
    "GET /api/v1/session": () => me,
    "GET /api/v1/forms": () => [BACK],
    "GET /api/v1/patients/4": () => patient,
    "GET /api/v1/patients/4/observations": () => entries,
  });
}

const timeline = async () => within(await screen.findByRole("region", { name: "History" }));
const kinds = (of: Awaited<ReturnType<typeof timeline>>) =>
  of
    .getAllByText<HTMLElement>(/^(Study|Report|Observation)$/)
    .map(({ textContent }) => textContent);

test("a patient is named by identifier, sex, day of birth and age, and red flags come first", async () => {
  open(clinic(), "/patients/4");
  await screen.findByRole("heading", { name: "Weber, Lena 4" });
  expect(screen.getByText(/^Identifier P4 · female · born 15 Jun 1970 · \d+ years$/)).toBeDefined();
  const flags = within(await screen.findByRole("region", { name: "Red flags" }));
  expect(flags.getByText(/Saddle anaesthesia/)).toBeDefined();
});

test("studies, reports and observations stand in one order of time", async () => {
  open(clinic(), "/patients/4");
  const time = await timeline();
  await time.findAllByText("Observation");
  expect(kinds(time)).toEqual(["Observation", "Report", "Study", "Observation", "Report", "Study"]);
  expect(time.getByText(/signed by Clara Mora, .* · MRI 3 · 2 addenda/)).toBeDefined();
  expect(time.getByText(/changed by Ana Ruiz/)).toBeDefined();
  const signed = time.getByRole("link", { name: "Signed report" });
  expect(signed.getAttribute("href")).toBe("/studies/3?tab=report");
  expect(time.getByRole("link", { name: "MRI 4" }).getAttribute("href")).toBe("/studies/4");
});

test("kinds are left out and taken in again", async () => {
  open(clinic(), "/patients/4");
  const time = await timeline();
  await time.findAllByText("Observation");
  await userEvent.click(time.getByRole("button", { name: /^Studies/ }));
  await userEvent.click(time.getByRole("button", { name: /^Reports/ }));
  expect(kinds(time)).toEqual(["Observation", "Observation"]);
  await userEvent.click(time.getByRole("button", { name: /^Observations/ }));
  expect(time.getByText("Nothing of the kinds that are chosen.")).toBeDefined();
  const studies = time.getByRole("button", { name: /^Studies/ });
  expect(studies.getAttribute("aria-pressed")).toBe("false");
  await userEvent.click(studies);
  expect(kinds(time)).toEqual(["Study", "Study"]);
});

test("what was measured is drawn in time, each point named, and is a table too", async () => {
  open(clinic(), "/patients/4");
  const chart = within(await screen.findByRole("figure", { name: /^Oswestry/ }));
  expect(chart.getByRole("group", { name: "Oswestry Disability Index, total in time, in %" })).toBeDefined();
  const points = chart.getAllByRole("img").map((one) => one.getAttribute("aria-label"));
  expect(points).toEqual(["62.5 %, 12 Jan 2026", "20 %, 20 Jun 2026"]);
  const table = within(chart.getByRole("table", { hidden: true }));
  const rows = table.getAllByRole("row", { hidden: true }).map(({ textContent }) => textContent);
  expect(rows).toEqual(["Observed onValue", "12 Jan 202662.5 %", "20 Jun 202620 %"]);
});

test("an observation is corrected from the time line", async () => {
  open(clinic(), "/patients/4");
  const time = await timeline();
  const [first] = await time.findAllByRole("article", { hidden: true });
  const correct = { name: "Correct", hidden: true };
  await userEvent.click(await within(first as HTMLElement).findByRole("button", correct));
  const form = await screen.findByRole("form", { name: "Correct the observation" });
  const scale = within(form).getByRole("slider", { name: "Leg pain" });
  expect(scale.getAttribute("aria-valuetext")).toBe("3 of 10");
});

test("a patient with nothing but a study has no charts, and no red flags", async () => {
  open(clinic([], { ...PATIENT, reports: [], studies: [WHO], total: 1 }), "/patients/4");
  expect(kinds(await timeline())).toEqual(["Study"]);
  expect(screen.queryByText("Course")).toBeNull();
  expect(screen.queryByText("Red flags")).toBeNull();
});

test("more studies than are shown are told", async () => {
  open(clinic([], { ...PATIENT, total: 345 }), "/patients/4");
  await screen.findByText("The latest 2 of 345 studies are shown.");
});

test("a researcher reads a pseudonym, the answers without their days, and no buttons", async () => {
  const patient = { ...PATIENT.patient, name: "K7Q", identifier: "K7Q", birth_date: null, pseudonymous: true };
  const hidden = ENTRIES.map((one) => ({ ...one, observed_on: null }));
  const researcher: Me = { ...ME, role: "researcher", permissions: ["see_worklist", "see_findings"] };
  open(clinic(hidden, { ...PATIENT, patient }, researcher), "/patients/4");
  await screen.findByRole("heading", { name: "K7Q" });
  expect(screen.getByText("Pseudonym · female")).toBeDefined();
  const chart = within(await screen.findByRole("figure", { name: /^Oswestry/ }));
  expect(chart.getAllByRole("img")[0]?.getAttribute("aria-label")).toBe("62.5 %, day withheld");
  expect(screen.queryByRole("button", { name: "New observation" })).toBeNull();
});

test("a patient who cannot be had is told with a way to try again", async () => {
  const service = clinic();
  service.on("GET /api/v1/patients/4", () => status(404, problem("There is no such patient.")));
  open(service, "/patients/4");
  await screen.findByText("There is no such patient.");
  service.on("GET /api/v1/patients/4", () => PATIENT);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("heading", { name: "Weber, Lena 4" });
});

test("the page has no fault of accessibility, and speaks Spanish", async () => {
  const { container } = open(clinic(), "/patients/4", "es");
  await screen.findByRole("region", { name: "Historial" });
  await screen.findByRole("button", { name: "Nueva observación" });
  await waitFor(() => expect(screen.getAllByRole("figure")).toHaveLength(2));
  await userEvent.click(screen.getByRole("button", { name: "Nueva observación" }));
  const found = await axe.run(container, { rules: { "color-contrast": { enabled: false } } });
  expect(found.violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
});

test("who may export is told what the table holds, and gets it as a file", async () => {
  const service = clinic();
  const made: Blob[] = [];
  vi.stubGlobal("URL", Object.assign(URL, {
    createObjectURL: (blob: Blob) => {
      made.push(blob);
      return "blob:table";
    },
    revokeObjectURL: () => undefined,
  }));
  service.on("GET /api/v1/worklist", () => ({ studies: [], next: null, total: 0, total_is_floor: false, revision: 1 }));
  service.on("GET /api/v1/observations/export", () => new Response("patient,day\n"));
  open(service, "/");
  await userEvent.click(await screen.findByRole("button", { name: "Export observations" }));
  const asked = within(await screen.findByRole("dialog"));
  expect(asked.getByText(/It holds names/)).toBeDefined();
  expect(service.of("GET /api/v1/observations/export")).toHaveLength(0);
  await userEvent.click(asked.getByRole("button", { name: "Download the CSV" }));
  await screen.findByText("The table was downloaded.");
  expect(await made[0]?.text()).toBe("patient,day\n");
});

test("an export that fails is told, and who may not export is offered none", async () => {
  const service = clinic();
  service.on("GET /api/v1/worklist", () => ({ studies: [], next: null, total: 0, total_is_floor: false, revision: 1 }));
  service.on("GET /api/v1/observations/export", () => status(507, problem("No room.")));
  const { unmount } = open(service, "/");
  await userEvent.click(await screen.findByRole("button", { name: "Export observations" }));
  await userEvent.click(screen.getByRole("button", { name: "Download the CSV" }));
  await screen.findByText("No room.");
  unmount();
  service.on("GET /api/v1/session", () => ({ ...ME, permissions: ["see_worklist"] }));
  open(service, "/");
  await screen.findByRole("heading", { name: "Worklist" });
  expect(screen.queryByRole("button", { name: "Export observations" })).toBeNull();
});

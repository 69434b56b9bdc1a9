import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Agreement, Dashboard, DriftReport } from "../api/types";
import { share } from "../silent/testing";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { open } from "../testing/page";
import type { Language } from "../words";

const DASHBOARD = "/api/v1/dashboard";
const RESEARCHER = { ...ME, role: "researcher", permissions: ["see_dashboard"] };
const PERIODS = ["2026-01-01", "2026-02-01"].map((day, at) => ({
  start: `${day}T00:00:00Z`,
  end: "2026-03-01T00:00:00Z",
  running: at === 1,
}));
const AGREEMENT: Agreement = {
  accepted: 8,
  changed: 1,
  rejected: 1,
  unanswered: 2,
  patients: 5,
  share: share(0.8, 10),
};
const TIMES = { n: 3, median_s: 120, p90_s: 600 };

function dashboard(other: Partial<Dashboard> = {}): Dashboard {
  return {
    by: "month",
    counted_at: "2026-02-15T10:00:00Z",
    periods: PERIODS,
    volume: [
      { period: 0, anatomy: "knee", source: "pacs", count: 4 },
      { period: 1, anatomy: "lumbar-spine", source: "upload", count: 3 },
    ],
    turnaround: [{ period: 1, read: TIMES, signed: null }],
    bundles: [
      {
        bundle: "lumbar-grading",
        version: "0.1.0",
        silent: false,
        periods: [
          {
            period: 1,
            done: 9,
            refused: 1,
            failed: 0,
            cancelled: 0,
            reasons: [{ code: "no-plain-t2", text: "There is no plain T2.", count: 1 }],
            findings: 50,
            abstained: 5,
            run_time: TIMES,
            agreement: AGREEMENT,
          },
        ],
        agreement: AGREEMENT,
        by_finding: [{ name: "disc-bulging", title: "Bulge", agreement: AGREEMENT }],
        own_calls: AGREEMENT,
        own_calls_by_finding: [],
      },
    ],
    with_silent: true,
    ...other,
  };
}

const TEST = {
  subject: "disc-bulging",
  title: "Bulge",
  answer: "1",
  reason: "",
  before: 0.3,
  now: 0.7,
  p_value: 0.0005,
  adjusted: 0.0005,
  detectable: 0.14,
  patients_before: 60,
  patients_now: 40,
  changed: true,
};
const ENTRY = {
  bundle: "lumbar-grading",
  version: "0.1.0",
  verdict: "changed" as const,
  start: "2026-02-01T00:00:00Z",
  end: "2026-03-01T00:00:00Z",
  before_start: "2025-08-01T00:00:00Z",
  studies_before: 60,
  studies_now: 40,
  tests: [TEST, { ...TEST, subject: "run-ends", title: "", answer: "refused: x", reason: "Why.", changed: false }],
};
const DRIFT: DriftReport = {
  by: "month",
  counted_at: "2026-02-15T10:00:00Z",
  false_alarms: 0.01,
  fewest: 30,
  bundles: [ENTRY, { ...ENTRY, bundle: "knee", verdict: "too-few", studies_now: 4, tests: [] }],
};

function show(given: Dashboard = dashboard(), drift: unknown = DRIFT, language: Language = "en") {
  const service = fakeService({
    "GET /api/v1/session": () => RESEARCHER,
    [`GET ${DASHBOARD}`]: ({ query }) => ({ ...given, by: query.get("by") }),
    [`GET ${DASHBOARD}/drift`]: () => drift,
  });
  open(service, "/dashboard", language);
  return service;
}

test("what came is drawn and stands in a table behind, with its total", async () => {
  show();
  const card = await screen.findByRole("region", { name: "Studies received" });
  expect(within(card).getByRole("img", { name: "Studies received, by region" })).toBeDefined();
  expect(within(card).getByText("By source: PACS 4, Upload 3")).toBeDefined();
  const table = within(card).getByRole("table", { name: "Studies received, by region" });
  expect(within(table).getByRole("row", { name: "Jan 26 4 0 4" })).toBeDefined();
});

test("times are told by median and 90th percentile, and none where nothing was signed", async () => {
  show();
  const card = await screen.findByRole("region", { name: "Turnaround" });
  const [read, signed] = within(card).getAllByRole("table");
  expect(within(read as HTMLElement).getByRole("row", { name: "Feb 2 min 10 min 3" })).toBeDefined();
  expect(within(signed as HTMLElement).getByRole("row", { name: "Feb – – 0" })).toBeDefined();
});

test("a bundle's shares, reasons and agreement stand with their numbers", async () => {
  show();
  const card = await screen.findByRole("region", { name: /lumbar-grading/ });
  expect(
    within(card).getByRole("row", { name: "Feb 9 1 0 10 % 10 % 2 min 80 % (75–85)" }),
  ).toBeDefined();
  expect(within(card).getByText("There is no plain T2.")).toBeDefined();
  const agreement = within(card).getByRole("table", { name: "Agreement" });
  expect(within(agreement).getByRole("row", { name: "Bulge 80 % (75–85) 8 1 1 2 5" })).toBeDefined();
  const own = within(card).getByRole("table", { name: "Readers' own calls against silent runs" });
  expect(within(own).getByRole("row", { name: "All findings 80 % (75–85) 8 1 2 5" })).toBeDefined();
});

test("a change is warned of with its numbers, and too few studies are called too few", async () => {
  show();
  const card = await screen.findByRole("region", { name: "Drift" });
  const row = await within(card).findByRole("row", { name: /Bulge: Changed/ });
  expect(row.textContent).toBe("⚠ Bulge: Changedyes30 %70 %under 0.00114 points");
  expect(within(card).getByRole("row", { name: /How runs ended Why\./ })).toBeDefined();
  expect(within(card).getByText(/at most 1 % of bundles and periods/)).toBeDefined();
  expect(
    within(card).getByText("4 new studies against 60 before; 30 are needed on each side."),
  ).toBeDefined();
});

test("weeks are asked for, of the figures and of drift", async () => {
  const service = show();
  await userEvent.click(await screen.findByRole("radio", { name: "Weeks" }));
  await screen.findAllByText("1 Jan", { selector: "text" });
  const asked = [DASHBOARD, `${DASHBOARD}/drift`].map((path) =>
    service.of(`GET ${path}`).at(-1)?.query.get("by"),
  );
  expect(asked).toEqual(["week", "week"]);
});

test("before there is anything, it says what will be here", async () => {
  const service = show(dashboard({ volume: [], turnaround: [], bundles: [] }));
  expect(await screen.findByText("Nothing to count yet")).toBeDefined();
  expect(service.of(`GET ${DASHBOARD}/drift`)).toEqual([]);
});

test("who makes own calls is told that silent runs are left out", async () => {
  show(dashboard({ with_silent: false }), DRIFT, "es");
  expect(await screen.findByText(/modo silencioso no se le muestra/)).toBeDefined();
});

test("a failure of drift leaves the figures, and one of the figures says so", async () => {
  show(dashboard(), status(503, problem("It cannot be tested.")));
  expect(await screen.findByText("It cannot be tested.")).toBeDefined();
  expect(screen.getByRole("region", { name: "Studies received" })).toBeDefined();
});

test("where it cannot be counted, all four parts are told and it can be asked again", async () => {
  const service = fakeService({
    "GET /api/v1/session": () => RESEARCHER,
    [`GET ${DASHBOARD}`]: () => status(503, problem("It cannot be counted.")),
  });
  open(service, "/dashboard");
  expect(await screen.findByText("It cannot be counted.")).toBeDefined();
  expect(screen.getByText("how to mend it")).toBeDefined();
});

import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";
import type { OperatingCurves, SilentRun } from "../api/types";
import { analysis, finding } from "../findings/testing";
import { SessionProvider } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { type FakeService, fakeService, ME, problem, status } from "../testing/fakeService";
import { type Language, WordsProvider } from "../words";
import { Entrance } from "../session/Entrance";
import { OperatingAt } from "./OperatingAt";
import { OwnCalls } from "./OwnCalls";
import { lookedAt } from "./seen";
import { useOwnCalls } from "./useOwnCalls";
import { calledRun, curve, silentRun } from "./testing";

const READER = { ...ME, permissions: ["see_findings", "correct"] };
const PATH = "/api/v1/studies/7/own-calls";
const CURVES = "/api/v1/analyses/a-1/operating-curves";

function shown(service: FakeService, page: ReactNode, language: Language = "en") {
  return render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <MemoryRouter>
            <Entrance>{page}</Entrance>
          </MemoryRouter>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
}

function calls(runs: () => SilentRun[], me = READER) {
  const service = fakeService({
    "GET /api/v1/session": () => me,
    [`GET ${PATH}`]: () => ({ runs: runs() }),
    [`POST ${PATH}`]: () => ({ runs: [] }),
  });
  const select = vi.fn();
  const Page = () => <OwnCalls calls={useOwnCalls({ id: 7, revision: 1 })} select={select} />;
  shown(service, <Page />);
  return { service, select, user: userEvent.setup() };
}

test("a reader calls level by level, is asked once more, and is then shown both", async () => {
  let runs = [silentRun()];
  const { service, user } = calls(() => runs);
  const card = await screen.findByRole("region", { name: "Your own call first" });
  expect(within(card).getByText(/shown to you alone/)).toBeDefined();
  await user.click(within(card).getByRole("button", { name: "L5-S1: 0 calls" }));
  const grade = within(card).getByRole("group", { name: "Pfirrmann grade" });
  await user.click(within(grade).getByRole("radio", { name: "3" }));
  await user.click(within(card).getByRole("button", { name: "All others of this level: no" }));
  expect(within(card).getByRole("button", { name: "L5-S1: 2 calls" })).toBeDefined();
  await user.click(within(card).getByRole("button", { name: /Keep my call/ }));
  expect(service.of(`POST ${PATH}`)).toEqual([]);
  runs = [calledRun()];
  const dialog = screen.getByRole("dialog", { hidden: true });
  await user.click(within(dialog).getByRole("button", { name: /Keep my call/, hidden: true }));
  expect(await screen.findByRole("region", { name: "Your own call and lumbar-grading" })).toBeDefined();
  expect(service.of(`POST ${PATH}`)[0]?.body).toEqual({
    analysis: "a-1",
    calls: [
      { name: "grade", level: "L5-S1", value: 3 },
      { name: "bulge", level: "L5-S1", value: false },
    ],
  });
});

test("what was called stays where it could not be kept", async () => {
  const { service, user } = calls(() => [silentRun()]);
  service.on(`POST ${PATH}`, () => status(503, problem("The call was not kept.")));
  const card = await screen.findByRole("region", { name: "Your own call first" });
  await user.click(within(card).getByRole("button", { name: "L5-S1: 0 calls" }));
  await user.click(within(card).getByRole("radio", { name: "Yes" }));
  await user.click(within(card).getByRole("button", { name: /Keep my call/ }));
  const dialog = screen.getByRole("dialog", { hidden: true });
  await user.click(within(dialog).getByRole("button", { name: /Keep my call/, hidden: true }));
  expect(await screen.findByText("The call was not kept.")).toBeDefined();
  expect(within(card).getByRole<HTMLInputElement>("radio", { name: "Yes" }).checked).toBe(true);
});

test("without a call the button says that nothing is called, and to whom it is shown", async () => {
  calls(() => [silentRun({ shown_to: "all" })]);
  expect(await screen.findByRole("button", { name: "I read it and call nothing" })).toBeDefined();
  expect(screen.getByText(/shown to everybody/)).toBeDefined();
});

test("both stand side by side, what differs is said, and the images are gone to", async () => {
  const { select, user } = calls(() => [calledRun()]);
  const card = await screen.findByRole("region", { name: "Your own call and lumbar-grading" });
  expect(within(card).getByText("You and the bundle agree on 1 of 2.")).toBeDefined();
  const rows = within(card).getAllByRole("row").map(({ textContent }) => textContent);
  expect(rows[2]).toBe("L4-L5 · BulgeNoYesdiffers");
  expect(within(card).getByText("1 more that you did not call")).toBeDefined();
  await user.click(within(card).getByRole("button", { name: "L5-S1 · Bulge" }));
  expect(select).toHaveBeenCalledOnce();
});

test("a bundle that has not finished or did not read is told as such", async () => {
  const run = calledRun();
  if (!run.result) throw new Error("the run was called");
  const waiting = { ...run.result, state: "running" as const, beside: [], findings: [] };
  const reason = { code: "x", params: {}, subject: "", text: "No T2 series." };
  const refused = { ...waiting, state: "refused" as const, reason };
  calls(() => [
    { ...run, result: waiting },
    { ...run, bundle: "other", result: refused },
  ]);
  expect(await screen.findByText(/has not finished reading/)).toBeDefined();
  expect(screen.getByText("The bundle did not read this study: No T2 series.")).toBeDefined();
});

test("who makes no calls is neither asked nor shown", async () => {
  const { service } = calls(() => [silentRun()], { ...ME, permissions: ["see_findings"] });
  await waitFor(() => expect(service.of("GET /api/v1/session")).toHaveLength(1));
  expect(service.of(`GET ${PATH}`)).toEqual([]);
});

const KNOWN: OperatingCurves = {
  bundle: "lumbar-grading",
  version: "0.1.0",
  known: true,
  scheme: "5 folds",
  curves: [curve(), curve({ name: "slip", title: "Slip", shown: false })],
};

function operating(
  given: OperatingCurves,
  threshold: number | null,
  language: Language = "en",
  findings = [finding()],
) {
  const service = fakeService({
    "GET /api/v1/session": () => READER,
    [`GET ${CURVES}`]: () => given,
  });
  shown(
    service,
    <OperatingAt analyses={[analysis()]} selected={1} {...{ findings, threshold }} />,
    language,
  );
  return service;
}

test("a threshold is told with sensitivity, specificity, their intervals and the numbers", async () => {
  operating(KNOWN, 0.7);
  const row = await screen.findByRole("row", { name: /Bulge/ });
  expect(row.textContent).toBe("Bulge40 with it, 60 without (disc)0.6 0.55–0.650.7 0.65–0.75");
  expect(row.className).toBe("chosen");
  expect(screen.getByText("Deciding from 0.7 on, on the bundle's own validation:")).toBeDefined();
  expect(screen.getByRole("row", { name: /Slip/ }).textContent).toContain("too poor");
  expect(screen.queryByText(/a row takes the nearest/)).toBeNull();
});

test("between the measured steps the nearest is named, in the reader's language", async () => {
  operating(KNOWN, 0.66, "es");
  expect(await screen.findByText(/toma el más cercano/)).toBeDefined();
  expect(screen.getByRole("row", { name: /Bulge/ }).textContent).toContain("desde 0,7");
});

test("the bundle's own thresholds are told once somebody asks", async () => {
  const service = operating(KNOWN, null);
  const summary = await screen.findByText("What this threshold does");
  expect(service.of(`GET ${CURVES}`)).toEqual([]);
  await userEvent.click(summary);
  expect(await screen.findByText(/At the bundle's own threshold/)).toBeDefined();
  expect(screen.getByRole("row", { name: /Bulge/ }).textContent).toContain("from 0.42");
});

test("where there is no curve it is said, and where the version is gone as well", async () => {
  operating({ ...KNOWN, curves: [] }, 0.5);
  expect(await screen.findByText(/validation has no such curve/)).toBeDefined();
  operating({ ...KNOWN, known: false, curves: [] }, 0.5);
  expect(await screen.findByText(/version 0.1.0 that made this is installed no more/)).toBeDefined();
});

test("a run that decides by no threshold is not spoken of", async () => {
  const service = operating(KNOWN, 0.5, "en", [finding({ threshold: null })]);
  await waitFor(() => expect(service.of("GET /api/v1/session")).toHaveLength(1));
  expect(screen.queryByText("What this threshold does")).toBeNull();
});

test("a silent run that was called is among those that looked; one shown to all is there once", () => {
  const called = lookedAt([], [calledRun()]);
  expect(called.analyses.map(({ id }) => id)).toEqual(["a-1"]);
  expect([called.called, called.untold]).toEqual([true, false]);
  const shownToAll = lookedAt([analysis()], [calledRun()]);
  expect(shownToAll.analyses).toHaveLength(1);
  expect(shownToAll.called).toBe(false);
  const before = lookedAt([], [silentRun()]);
  expect([before.analyses.length, before.untold]).toEqual([0, true]);
});

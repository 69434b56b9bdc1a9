import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { expect, test } from "vitest";
import type { AnalysisEntry, Me } from "../api/types";
import { Analyses } from "../findings/Analyses";
import { analysis, detail, said } from "../findings/testing";
import { SessionProvider, useEntrance } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { type FakeService, fakeService, ME, problem, status } from "../testing/fakeService";
import { WordsProvider } from "../words";
import { StudyHeader } from "./StudyHeader";

const RUN = "POST /api/v1/studies/7/analyses";
const STOP = "DELETE /api/v1/studies/7/analyses/a-1";
const MAY: Me = { ...ME, permissions: [...ME.permissions, "run_analysis"] };
const REFUSED = analysis({
  id: "a-2",
  bundle: "knee-unet",
  state: "refused",
  reason: said("wrong-anatomy", "It reads knees."),
});

function Study({ analyses }: { analyses: readonly AnalysisEntry[] }) {
  const { known } = useEntrance();
  if (known.is !== "somebody") return null;
  const of = detail({ analyses: [...analyses] });
  return (
    <>
      <StudyHeader detail={of} beside={() => undefined} shownBeside={new Set()} />
      <Analyses analyses={analyses} />
    </>
  );
}

function show(service: FakeService, analyses: readonly AnalysisEntry[]) {
  render(
    <WordsProvider first="en">
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <MemoryRouter initialEntries={["/studies/7"]}>
            <Routes>
              <Route path="/studies/:id" element={<Study analyses={analyses} />} />
            </Routes>
          </MemoryRouter>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
}

function clinic(answer: unknown, me = MAY) {
  return fakeService({ "GET /api/v1/session": () => me, [RUN]: () => answer, [STOP]: () => answer });
}

async function ask() {
  await userEvent.click(await screen.findByRole("button", { name: "Analyse again" }));
  return within(await screen.findByRole("dialog"));
}

test("whoever may run no analysis is offered none to run or to stop", async () => {
  show(clinic([], ME), [analysis({ state: "running" })]);
  await screen.findByRole("progressbar");
  expect(screen.queryByRole("button", { name: /Analyse|Stop/ })).toBeNull();
});

test("all enabled bundles are run again, and how many wait is said", async () => {
  const service = clinic([analysis({ state: "queued" }), REFUSED]);
  show(service, [analysis()]);
  await userEvent.click((await ask()).getByRole("button", { name: "Analyse" }));
  await screen.findByText("1 analysis is waiting to run.");
  expect(service.of(RUN).map(({ query }) => query.toString())).toEqual([""]);
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("one bundle is chosen; one that did not read the study says why before it is asked", async () => {
  const service = clinic([REFUSED]);
  show(service, [analysis(), REFUSED]);
  const dialog = await ask();
  await userEvent.click(dialog.getByLabelText(/knee-unet.*not read: It reads knees\./));
  await userEvent.click(dialog.getByRole("button", { name: "Analyse" }));
  expect((await dialog.findByRole("alert")).textContent).toContain("knee-unet: It reads knees.");
  expect(service.of(RUN)[0]?.query.get("bundle")).toBe("knee-unet");
});

test("where all is under way already, that is said", async () => {
  show(clinic([]), [analysis({ state: "running" })]);
  await userEvent.click((await ask()).getByRole("button", { name: "Analyse" }));
  await screen.findByText(/under way already/);
});

test("why the service refused is shown where it was asked, and can be asked again", async () => {
  show(clinic(status(404, problem("There is no such bundle."))), [analysis()]);
  const dialog = await ask();
  await userEvent.click(dialog.getByRole("button", { name: "Analyse" }));
  await dialog.findByText("There is no such bundle.");
  expect(dialog.getByRole<HTMLButtonElement>("button", { name: "Analyse" }).disabled).toBe(false);
});

test("a run shows how far it is, and is stopped", async () => {
  const service = clinic(analysis({ state: "cancelling" }));
  const progress = { done: 2, total: 5, stage: "grading" };
  show(service, [analysis({ state: "running", progress })]);
  const bar = await screen.findByRole<HTMLProgressElement>("progressbar", {
    name: "lumbar-grading: 2 of 5 steps",
  });
  expect([bar.value, bar.max]).toEqual([2, 5]);
  await userEvent.click(screen.getByRole("button", { name: "Stop lumbar-grading" }));
  await screen.findByText("lumbar-grading stops at its next step.");
  expect(service.of(STOP)).toHaveLength(1);
});

test("one that waits is stopped at once, and one that is being stopped is not stopped twice", async () => {
  show(clinic(analysis({ state: "cancelled" })), [
    analysis({ state: "queued" }),
    analysis({ id: "a-3", bundle: "other", state: "cancelling" }),
  ]);
  await userEvent.click(await screen.findByRole("button", { name: "Stop lumbar-grading" }));
  await screen.findByText("lumbar-grading does not run any more.");
  expect(screen.queryByRole("button", { name: "Stop other" })).toBeNull();
});

test("a run that ended meanwhile says why it could not be stopped", async () => {
  show(clinic(status(409, problem("The analysis cannot be cancelled."))), [
    analysis({ state: "running" }),
  ]);
  await userEvent.click(await screen.findByRole("button", { name: "Stop lumbar-grading" }));
  await screen.findByText("The analysis cannot be cancelled.");
});

test("what is at its end has nothing to stop", async () => {
  show(clinic([]), [analysis(), REFUSED]);
  await waitFor(() => screen.getByText("knee-unet"));
  expect(screen.queryByRole("button", { name: /^Stop/ })).toBeNull();
  expect(screen.queryByRole("progressbar")).toBeNull();
});

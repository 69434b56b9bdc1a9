import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Me, Priors, PriorsFetchEntry } from "../api/types";
import { detail, said } from "../findings/testing";
import { SessionProvider, useEntrance } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { type FakeService, fakeService, ME } from "../testing/fakeService";
import { WordsProvider } from "../words";
import { FetchPriors } from "./FetchPriors";

const LOOK = "GET /api/v1/studies/7/priors";
const FETCH = "POST /api/v1/studies/7/priors";
const MAY: Me = { ...ME, permissions: [...ME.permissions, "upload"] };

function fetch(more: Partial<PriorsFetchEntry> = {}): PriorsFetchEntry {
  const none = { studies: 0, done: 0, total: 0, reason: null };
  return { id: 1, peer: "pacs", state: "queued", asked_at: "2030-01-07T08:00:00Z", ...none, ...more };
}

function Page() {
  const { known } = useEntrance();
  return known.is === "somebody" ? <FetchPriors detail={detail()} /> : null;
}

function show(service: FakeService, language: "en" | "es" = "en") {
  render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <Page />
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
}

function clinic(priors: Priors, after: Priors = priors, me: Me = MAY): FakeService {
  return fakeService({
    "GET /api/v1/session": () => me,
    [LOOK]: () => priors,
    [FETCH]: () => after,
  });
}

test("a fetch is asked for once, and the button waits until it is over", async () => {
  const none: Priors = { peers: ["pacs"], fetches: [] };
  show(clinic(none, { peers: ["pacs"], fetches: [fetch()] }));

  await userEvent.click(await screen.findByRole("button", { name: /Fetch prior studies from pacs/ }));

  expect(await screen.findByText("pacs is asked for prior studies.")).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(true);
});

test("how far it is, is shown", async () => {
  const running = fetch({ state: "running", studies: 2, done: 30, total: 120 });
  show(clinic({ peers: ["pacs"], fetches: [running] }));

  expect(await screen.findByText("From pacs: 30 of 120 images.")).toBeTruthy();
  expect(screen.getByRole<HTMLProgressElement>("progressbar").value).toBe(30);
});

test.each([
  [fetch({ state: "done", studies: 2, done: 120, total: 120 }), "Prior studies from pacs: 2; images: 120"],
  [fetch({ state: "done" }), "no prior study of this patient"],
  [fetch({ state: "failed", reason: said("priors-failed", "It is down.") }), "It is down."],
])("what came of it is told, and it may be asked for again", async (one, told) => {
  show(clinic({ peers: ["pacs"], fetches: [one] }));

  expect(await screen.findByText(new RegExp(told))).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(false);
});

test("it speaks Spanish", async () => {
  show(clinic({ peers: ["pacs"], fetches: [] }), "es");

  expect(await screen.findByRole("button", { name: "Traer estudios previos de pacs" })).toBeTruthy();
});

test("without a peer, or for whoever may bring no study, nothing is offered", async () => {
  const service = clinic({ peers: [], fetches: [] });
  show(service);

  await waitFor(() => expect(screen.queryByRole("button")).toBeNull());
});

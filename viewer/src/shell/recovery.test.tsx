import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { detail } from "../findings/testing";
// The page comes as a part of its own, which a busy machine takes long to fetch.
import "../study/StudyPage";
import { type FakeService, fakeService, ME, problem, status, study, worklist } from "../testing/fakeService";
import { open } from "../testing/page";

beforeEach(() => void vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => void vi.useRealTimers());

const away = () => status(503, problem("The database does not answer."));

function clinic() {
  return fakeService({
    "GET /api/v1/session": () => ME,
    "GET /api/v1/worklist": away,
    "GET /api/v1/uploads": away,
    "GET /api/v1/studies/7": away,
    "GET /api/v1/studies/7/overlays": away,
  });
}

async function comesBack(service: FakeService) {
  service.on("GET /api/v1/worklist", () => worklist([study(1)]));
  service.on("GET /api/v1/studies/7", () => detail());
  service.on("GET /api/v1/studies/7/overlays", () => ({ structures: [], labels: [] }));
  await act(async () => void (await vi.advanceTimersByTimeAsync(20_000)));
}

test("the worklist says what is wrong while the database is away, and fills when it is back", async () => {
  const service = clinic();
  open(service);
  await screen.findByText("The database does not answer.");
  await comesBack(service);
  await screen.findByText("Weber, Lena 1");
  expect(screen.queryByText("The database does not answer.")).toBeNull();
});

test("a study's page does the same", async () => {
  const service = clinic();
  open(service, "/studies/7");
  await screen.findByText("The database does not answer.");
  await comesBack(service);
  await screen.findByRole("heading", { level: 1, name: "Simulated One" });
  await waitFor(() => expect(screen.queryByText("The database does not answer.")).toBeNull());
});

test("overlays that could not be had are told: an image without them must not read as normal", async () => {
  const service = clinic();
  service.on("GET /api/v1/studies/7", () => detail());
  open(service, "/studies/7");
  await screen.findByRole("heading", { level: 1, name: "Simulated One" });
  await screen.findByText("The database does not answer.");
  await comesBack(service);
  await waitFor(() => expect(screen.queryByText("The database does not answer.")).toBeNull());
  expect(service.of("GET /api/v1/studies/7/overlays").length).toBeGreaterThan(1);
});

test("whoever arrives while nothing answers gets in by themselves once something does", async () => {
  const service = clinic();
  service.on("GET /api/v1/session", away);
  open(service);
  await screen.findByText("The database does not answer.");
  service.on("GET /api/v1/session", () => ME);
  await comesBack(service);
  await screen.findByText("Weber, Lena 1");
});

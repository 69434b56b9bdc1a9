import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem, status } from "../testing/fakeService";
import { attempt, teaching } from "./testing";

const READING = "/teaching/attempts/5";
const radio = (group: string, name: string) =>
  within(screen.getByRole("radiogroup", { name: group })).getByRole<HTMLInputElement>("radio", { name });
const sent = (service: ReturnType<typeof teaching>["service"], route: string) =>
  service.of(`POST /api/v1/teaching/attempts/5/${route}`).map(({ body }) => body);

async function reading(...given: Parameters<typeof teaching> | []) {
  const [address = READING, routes, options] = given;
  const shown = teaching(address, routes, options);
  await screen.findByRole("form", { name: /Answers|Respuestas/ });
  return shown;
}

function hide(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  act(() => void document.dispatchEvent(new Event("visibilitychange")));
}

test("a case is shown under a pseudonym with its images, and nothing is drawn on them", async () => {
  const { service } = await reading();
  screen.getByRole("heading", { name: "Case 2" });
  screen.getByText("Pseudonym P-heron");
  await waitFor(() => expect(document.querySelector(".pane")?.getAttribute("data-slice")).toBe("2"));
  expect(document.querySelectorAll(".shape")).toHaveLength(0);
  expect(service.asked.filter(({ path }) => /\/studies|corrections|reports/.test(path))).toEqual([]);
});

test("the answers are given by keys alone, and go to the service once all are there", async () => {
  const { service, user } = await reading();
  const give = screen.getByRole<HTMLButtonElement>("button", { name: "Give the answers" });
  expect(give.disabled).toBe(true);
  await user.keyboard("{Enter}");
  expect(document.activeElement).toBe(radio("Pfirrmann grade L4-L5", "1"));
  await user.keyboard("4y");
  expect(document.activeElement).toBe(radio("Pfirrmann grade L5-S1", "1"));
  await user.keyboard("u");
  screen.getByText("3 of 3 answered");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await screen.findByRole("heading", { name: "Result" });
  expect(sent(service, "answers")).toEqual([
    {
      answers: {
        "pfirrmann-grade@L4-L5": 4,
        "disc-herniation@L4-L5": true,
        "pfirrmann-grade@L5-S1": null,
      },
    },
  ]);
});

test("a key that is no answer changes nothing, and Escape leaves the sheet", async () => {
  const { user } = await reading();
  await user.keyboard("{Enter}7x");
  screen.getByText("0 of 3 answered");
  await user.keyboard("{Escape}");
  expect(document.activeElement).toBe(document.body);
});

test("what is left of yes or no is answered with no at once, and no grade is", async () => {
  const { user } = await reading();
  await user.click(screen.getByRole("button", { name: "All other yes-or-no: no" }));
  expect(radio("Herniation L4-L5", "no").checked).toBe(true);
  screen.getByText("1 of 3 answered");
  expect(screen.queryByRole("button", { name: "All other yes-or-no: no" })).toBeNull();
});

test("the service is told when the page is hidden, shown again, and left", async () => {
  const { service, unmount } = await reading();
  await waitFor(() => expect(sent(service, "look")).toHaveLength(1));
  hide(true);
  hide(false);
  await waitFor(() => expect(sent(service, "look")).toHaveLength(3));
  unmount();
  await waitFor(() => expect(sent(service, "look")).toHaveLength(4));
  expect(sent(service, "look").map((body) => (body as { shown: boolean }).shown)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test("the answers so far are sent to be kept, and come back with the page", async () => {
  const draft = { "disc-herniation@L4-L5": true };
  const { service, user } = await reading(READING, {
    "GET /api/v1/teaching/attempts/5": () => attempt({ draft }),
  });
  expect(radio("Herniation L4-L5", "yes").checked).toBe(true);
  await user.click(radio("Pfirrmann grade L5-S1", "2"));
  await waitFor(() =>
    expect(sent(service, "look").at(-1)).toEqual({
      shown: true,
      draft: { ...draft, "pfirrmann-grade@L5-S1": 2 },
    }),
  );
});

test("what could not be kept or given stays on the page, and says so", async () => {
  const full = Object.fromEntries(attempt().items.map(({ key }) => [key, null]));
  const { service, user } = await reading(READING, {
    "GET /api/v1/teaching/attempts/5": () => attempt({ draft: full }),
    "POST /api/v1/teaching/attempts/5/look": () => status(503, problem("away")),
    "POST /api/v1/teaching/attempts/5/answers": () => status(503, problem("It was not kept.")),
  });
  await screen.findByText(/The answers so far are not kept/);
  await user.click(screen.getByRole("button", { name: "Give the answers" }));
  await screen.findByText("It was not kept.");
  screen.getByText("3 of 3 answered");
  expect(sent(service, "answers")).toHaveLength(1);
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Give the answers" }).disabled).toBe(false);
});

test("a case without a reference and one that was opened before say so", async () => {
  await reading(READING, {
    "GET /api/v1/teaching/attempts/5": () => attempt({ scorable: false, seen_before: true }),
  });
  screen.getByText("No reference: this case is not scored");
  screen.getByText(/You had opened this study before/);
});

test("a case whose study was opened in another tab says at once that it does not count", async () => {
  await reading(READING, {
    "POST /api/v1/teaching/attempts/5/look": () => ({ looked_s: 61, submitted: false, aided: true }),
  });
  const tag = await screen.findByText("Read with help: it does not count");
  expect(tag.title).toMatch(/elsewhere before you had answered/);
});

test("a case that is answered leads to its result", async () => {
  teaching(READING, {
    "GET /api/v1/teaching/attempts/5": () => attempt({ submitted_at: "2026-06-14T10:05:00Z" }),
  });
  await screen.findByRole("heading", { name: "Result" });
});

test("another's case is not there, and the page says so", async () => {
  teaching(READING, {
    "GET /api/v1/teaching/attempts/5": () => status(404, problem("There is no such attempt.")),
  });
  await screen.findByText("There is no such attempt.");
});

test("in Spanish the sheet is Spanish, and S is yes", async () => {
  const { user } = await reading(READING, {}, { language: "es" });
  await user.keyboard("{Enter}{Enter}s");
  expect(radio("Herniation L4-L5", "yes").checked).toBe(true);
  screen.getByText("1 de 3 respondidas");
  fireEvent.click(screen.getByText("Teclas"));
  screen.getByText("S o N: sí o no");
});

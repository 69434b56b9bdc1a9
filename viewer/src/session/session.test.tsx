import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { fakeService, ME, problem, status, study, worklist } from "../testing/fakeService";
import { open } from "../testing/page";

function clinic(logged: boolean) {
  let inside = logged;
  const service = fakeService({
    "GET /api/v1/session": () => (inside ? ME : status(401, problem("You are not logged in."))),
    "POST /api/v1/session": ({ body }) => {
      const { password } = body as { password: string };
      if (password !== "right") return status(401, problem("Nobody was logged in."));
      inside = true;
      return ME;
    },
    "DELETE /api/v1/session": () => {
      inside = false;
      return status(204);
    },
    "GET /api/v1/worklist": () =>
      inside ? worklist([study(1)]) : status(401, problem("You are not logged in.")),
  });
  return { service, end: () => (inside = false) };
}

async function logIn(password: string) {
  await userEvent.type(await screen.findByLabelText("Name"), "cmora");
  await userEvent.type(screen.getByLabelText("Password"), `${password}{Enter}`);
}

test("whoever is not logged in sees the log-in and no study", async () => {
  const { service } = clinic(false);
  open(service);
  await screen.findByRole("heading", { name: "Log in" });
  expect(service.of("GET /api/v1/worklist")).toHaveLength(0);
});

test("a wrong password shows the four parts of the failure and empties the field", async () => {
  open(clinic(false).service);
  await logIn("wrong");
  const failure = await screen.findByRole("alert");
  for (const part of ["Nobody was logged in.", "what was found", "what is needed", "how to mend it"])
    expect(failure.textContent).toContain(part);
  expect((screen.getByLabelText("Password") as HTMLInputElement).value).toBe("");
});

test("logging in leads to the page that was asked for", async () => {
  open(clinic(false).service, "/upload");
  await logIn("right");
  await screen.findByRole("heading", { name: "Upload studies" });
});

test("the research-use notice stands on the pages", async () => {
  open(clinic(true).service);
  await screen.findByText("Research use only");
});

test("who is logged in and their role stand in the bar", async () => {
  open(clinic(true).service);
  await screen.findByText("Clara Mora");
  screen.getByText("Clinician");
});

test("a clinician is not shown the pages of administrators", async () => {
  open(clinic(true).service);
  await screen.findByText("Clara Mora");
  expect(screen.queryByRole("link", { name: "Users" })).toBeNull();
  screen.getByRole("link", { name: "Upload" });
});

test("logging out carries the value against forgery and comes back to the log-in", async () => {
  const { service } = clinic(true);
  open(service);
  await userEvent.click(await screen.findByRole("button", { name: "Log out" }));
  await screen.findByRole("heading", { name: "Log in" });
  expect(service.of("DELETE /api/v1/session")[0]?.headers.get("X-CSRF-Token")).toBe(ME.csrf);
});

test("a session that ended is said, and the way back is kept", async () => {
  const { service, end } = clinic(true);
  const { events } = open(service, "/?search=weber");
  await screen.findByRole("link", { name: "Weber, Lena 1" });
  end();
  events[0]?.opened();
  events[0]?.says('{"id": 1, "revision": 9}');
  await screen.findByText(/session has ended/, {});
  await logIn("right");
  await waitFor(() => {
    expect((screen.getByRole("searchbox") as HTMLInputElement).value).toBe("weber");
  });
});

test("while no service answers, that is said and can be tried again", async () => {
  const { service } = clinic(true);
  let away = true;
  const { fetch } = service;
  service.fetch = (...call) => (away ? Promise.reject(new TypeError("refused")) : fetch(...call));
  open(service);
  await screen.findByText("Condyle does not answer.");
  screen.getByRole("heading", { level: 1, name: "Condyle cannot be used now" });
  screen.getByRole("combobox", { name: "Language" });
  away = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("heading", { name: "Worklist" });
});

test("a password is typed again where it did not fit, not where nobody looked at it", async () => {
  const { service } = clinic(false);
  service.on("POST /api/v1/session", () => status(503, problem("The database is away.")));
  open(service);
  await logIn("right");
  await screen.findByText("The database is away.");
  const password = screen.getByLabelText<HTMLInputElement>("Password");
  expect(password.value).toBe("right");
  service.on("POST /api/v1/session", () => status(401, problem("Nobody was logged in.")));
  await userEvent.click(screen.getByRole("button", { name: "Log in" }));
  await screen.findByText("Nobody was logged in.");
  expect(password.value).toBe("");
});

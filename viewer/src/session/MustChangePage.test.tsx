import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { fakeService, ME, problem, status, worklist } from "../testing/fakeService";
import { open } from "../testing/page";

const CHANGE = "PUT /api/v1/session/password";

function clinic() {
  let must_change = true;
  return fakeService({
    "GET /api/v1/session": () => ({ ...ME, must_change }),
    "GET /api/v1/worklist": () => worklist([]),
    [CHANGE]: ({ body }) => {
      if ((body as { password: string }).password !== "given")
        return status(401, problem("The password does not fit."));
      must_change = false;
      return status(204);
    },
  });
}

async function change(old: string, chosen: string, again = chosen) {
  await userEvent.type(await screen.findByLabelText("Password that you were given"), old);
  await userEvent.type(screen.getByLabelText("New password"), chosen);
  await userEvent.type(screen.getByLabelText("New password again"), `${again}{Enter}`);
}

test("whoever must change their password gets to no page before", async () => {
  const service = clinic();
  open(service, "/upload");
  await screen.findByRole("heading", { name: "Choose a new password" });
  expect(service.asked.map(({ path }) => path)).toEqual(["/api/v1/session"]);
});

test("with a new password the pages open", async () => {
  const service = clinic();
  open(service);
  await change("given", "a password of my own");
  await screen.findByRole("heading", { name: "Worklist" });
  expect(service.of(CHANGE)[0]?.body).toEqual({
    password: "given",
    new_password: "a password of my own",
  });
});

test("two new passwords that differ are not sent", async () => {
  const service = clinic();
  open(service);
  await change("given", "one password", "another password");
  await screen.findByText("The two new passwords differ.");
  expect(service.of(CHANGE)).toHaveLength(0);
});

test("the old password is no new one", async () => {
  const service = clinic();
  open(service);
  await change("given", "given");
  await screen.findByText("The new password is the old one.");
  expect(service.of(CHANGE)).toHaveLength(0);
});

test("a wrong old password is said, and ends no session", async () => {
  open(clinic());
  await change("wrong", "a password of my own");
  await screen.findByText("The password does not fit.");
  screen.getByRole("heading", { name: "Choose a new password" });
});

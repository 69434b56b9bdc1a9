import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { TokenEntry } from "../api/types";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { open } from "../testing/page";

const CHANGE = "PUT /api/v1/session/password";
const IN_A_YEAR = new Date(Date.now() + 365 * 86_400_000).toISOString();

function token(id: number, changed: Partial<TokenEntry> = {}): TokenEntry {
  return {
    id,
    name: `program ${id}`,
    created_at: "2026-01-02T10:00:00Z",
    expires_at: IN_A_YEAR,
    used_at: null,
    revoked: false,
    read_only: false,
    secret: null,
    ...changed,
  };
}

function clinic(tokens: TokenEntry[] = []) {
  let all = tokens;
  const times = { started_at: "2026-01-02T10:00:00Z", ends_at: "2026-01-03T10:00:00Z" };
  let browsers = [
    { id: "b1", ...times, used_at: "2026-01-02T11:00:00Z", this: true },
    { id: "b2", ...times, used_at: "2026-01-02T09:00:00Z", this: false },
  ];
  const service = fakeService({
    "GET /api/v1/session": () => ME,
    "GET /api/v1/tokens": () => all,
    "GET /api/v1/session/browsers": () => browsers,
    "DELETE /api/v1/session/browsers/b2": () => {
      browsers = browsers.filter(({ id }) => id !== "b2");
      return status(204);
    },
    "POST /api/v1/tokens": ({ body }) => {
      const made = token(9, { name: (body as { name: string }).name });
      all = [made, ...all];
      return status(201, { ...made, secret: "condyle_the-secret" });
    },
    "DELETE /api/v1/tokens/1": () => {
      all = all.map((one) => (one.id === 1 ? { ...one, revoked: true } : one));
      return status(204);
    },
    [CHANGE]: ({ body }) =>
      (body as { password: string }).password === "the old password"
        ? status(204)
        : status(401, problem("The password does not fit.")),
  });
  return service;
}

async function change(old: string, chosen: string, again = chosen) {
  const fill = (label: string, value: string) =>
    fireEvent.change(screen.getByLabelText(label), { target: { value } });
  await screen.findByLabelText("Present password");
  fill("Present password", old);
  fill("New password", chosen);
  fill("New password again", again);
  await userEvent.click(screen.getByRole("button", { name: "Change the password" }));
}

test("the page says who one is, and as what", async () => {
  open(clinic(), "/account");
  const who = within(await screen.findByRole("region", { name: "Who you are" }));
  for (const text of ["Clara Mora", "cmora", "Clinician"]) who.getByText(text);
});

test("a changed password is said, and no field keeps one", async () => {
  const service = clinic();
  open(service, "/account");
  await change("the old password", "a quite new password");
  await screen.findByText("The password was changed.");
  expect(service.of(CHANGE)[0]?.body).toEqual({
    password: "the old password",
    new_password: "a quite new password",
  });
  for (const label of ["Present password", "New password", "New password again"])
    expect(screen.getByLabelText<HTMLInputElement>(label).value).toBe("");
});

test("a wrong old password is said, ends no session and loses nothing that was typed", async () => {
  open(clinic(), "/account");
  await change("not the old password", "a quite new password");
  await screen.findByText("The password does not fit.");
  expect(screen.getByLabelText<HTMLInputElement>("New password").value).toBe("a quite new password");
});

test.each([
  ["short", "short", "The new password has fewer than 12 characters."],
  ["a quite new password", "a quite other password", "The two new passwords differ."],
  ["the old password", "the old password", "The new password is the old one."],
])("the new passwords '%s' and '%s' are not sent", async (chosen, again, said) => {
  const service = clinic();
  open(service, "/account");
  await change("the old password", chosen, again);
  await screen.findByText(said);
  expect(service.of(CHANGE)).toHaveLength(0);
});

test("a token is made for a purpose and a time, and its secret is shown once", async () => {
  const service = clinic();
  const written: string[] = [];
  const user = userEvent.setup();
  vi.stubGlobal("navigator", {
    ...window.navigator,
    language: "en",
    clipboard: { writeText: async (text: string) => void written.push(text) },
  });
  open(service, "/account");
  await screen.findByText("You have no token.");
  await user.click(screen.getByRole("button", { name: "New token" }));
  const form = within(await screen.findByRole("dialog", { name: "New token" }));
  await user.type(form.getByLabelText("What it is for"), "nightly export");
  await user.selectOptions(form.getByLabelText("Valid for"), "30");
  await user.click(form.getByRole("button", { name: "New token" }));
  const shown = within(await screen.findByRole("dialog", { name: "Your new token" }));
  expect(service.of("POST /api/v1/tokens")[0]?.body).toEqual({ name: "nightly export", days: 30, read_only: true });
  expect(shown.getByLabelText<HTMLInputElement>("Token").value).toBe("condyle_the-secret");
  await user.click(shown.getByRole("button", { name: "Copy" }));
  await shown.findByText("Copied");
  expect(written).toEqual(["condyle_the-secret"]);
  await user.click(shown.getByRole("button", { name: "Close" }));
  await screen.findByRole("rowheader", { name: "nightly export" });
  expect(document.body.innerHTML).not.toContain("the-secret");
});

test("where the browser gives no clipboard, the token is marked to be copied by hand", async () => {
  open(clinic(), "/account");
  await userEvent.click(await screen.findByRole("button", { name: "New token" }));
  const user = userEvent.setup({ writeToClipboard: false });
  vi.stubGlobal("navigator", { ...window.navigator, language: "en", clipboard: undefined });
  await user.type(screen.getByLabelText("What it is for"), "export{Enter}");
  await user.click(await screen.findByRole("button", { name: "Copy" }));
  await screen.findByText(/press Ctrl\+C/);
  const field = screen.getByLabelText<HTMLInputElement>("Token");
  expect([field.selectionStart, field.selectionEnd]).toEqual([0, "condyle_the-secret".length]);
});

test("a token that is not made says why, and the form keeps what was written", async () => {
  const service = clinic();
  service.on("POST /api/v1/tokens", () => status(409, problem("The token was not made.")));
  open(service, "/account");
  await userEvent.click(await screen.findByRole("button", { name: "New token" }));
  await userEvent.type(screen.getByLabelText("What it is for"), "export{Enter}");
  await screen.findByText("The token was not made.");
  expect(screen.getByLabelText<HTMLInputElement>("What it is for").value).toBe("export");
});

test("a token is revoked when that is asked twice, and stands with those that are over", async () => {
  const service = clinic([token(1), token(2, { used_at: "2026-03-04T08:00:00Z" })]);
  open(service, "/account");
  const revoke = await screen.findByRole("button", { name: "Revoke program 1" });
  await userEvent.click(revoke);
  expect(service.of("DELETE /api/v1/tokens/1")).toHaveLength(0);
  await userEvent.click(screen.getByRole("button", { name: "Really revoke?" }));
  await screen.findByText("“program 1” is revoked.");
  await screen.findByText("Those that are over (1)");
  expect(screen.queryByRole("button", { name: "Revoke program 1" })).toBeNull();
  const row = screen.getByRole("rowheader", { name: "program 2" }).closest("tr");
  expect(row?.textContent).toContain("4 Mar 2026");
});

test("a token that ran out is over, though nobody revoked it", async () => {
  open(clinic([token(1, { expires_at: "2026-01-03T10:00:00Z" })]), "/account");
  await screen.findByText("Those that are over (1)");
  await waitFor(() => expect(screen.queryByRole("button", { name: /^Revoke/ })).toBeNull());
});

test("the page is in Spanish where that is chosen", async () => {
  open(clinic([token(1)]), "/account", "es");
  await screen.findByRole("heading", { name: "Su cuenta" });
  await screen.findByRole("button", { name: "Revocar program 1" });
});

test("one sees where one is logged in, with the last use, and logs out elsewhere", async () => {
  open(clinic(), "/account");
  const card = within(await screen.findByRole("region", { name: "Where you are logged in" }));
  await card.findByText("This browser");
  expect(card.getAllByRole("row")).toHaveLength(3);
  await userEvent.click(card.getByRole("button", { name: "Log out there" }));
  await screen.findByText("That browser is logged out.");
  await waitFor(() => expect(card.getAllByRole("row")).toHaveLength(2));
});

test("a token may be made with full rights, and says which it has", async () => {
  const service = clinic([token(1, { read_only: true })]);
  open(service, "/account");
  await screen.findByText("read only");
  await userEvent.click(screen.getByRole("button", { name: "New token" }));
  fireEvent.change(screen.getByLabelText("What it is for"), { target: { value: "sync" } });
  const full = screen.getByLabelText<HTMLInputElement>("do all that you may");
  expect(full.checked).toBe(false);
  await userEvent.click(full);
  const dialog = within(screen.getByRole("dialog", { hidden: true }));
  await userEvent.click(dialog.getByRole("button", { name: "New token", hidden: true }));
  await waitFor(() => expect(service.of("POST /api/v1/tokens")[0]?.body).toMatchObject({ read_only: false }));
});

import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { BundleEntry, Me, UserEntry } from "../api/types";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { open } from "../testing/page";

const ADMIN: Me = {
  ...ME,
  name: "root",
  full_name: "Rosa Admin",
  role: "administrator",
  permissions: ["see_worklist", "manage_users", "manage_bundles"],
};

const BUNDLE: BundleEntry = {
  name: "knee-unet",
  version: "0.3.1",
  sha256: "a".repeat(64),
  anatomy: "knee",
  summary: "Outlines cartilage.",
  intended_use: "Research.",
  exclusions: ["implant", "new-code"],
  attribution: "",
  simulated_training: true,
  shipped: false,
  enabled: true,
  silent: false,
  shown_to_all: false,
  pinned: null,
  versions: ["0.3.1", "0.3.0"],
  changed_at: null,
};

function user(id: number, name: string, changed: Partial<UserEntry> = {}): UserEntry {
  const created_at = "2026-01-02T10:00:00Z";
  const full_name = `Full ${name}`;
  return { id, name, full_name, role: "clinician", disabled: false, locked_until: null, created_at, ...changed };
}

function clinic() {
  let bundle = BUNDLE;
  let users = [user(1, "root", { role: "administrator" }), user(2, "cmora")];
  return fakeService({
    "GET /api/v1/session": () => ADMIN,
    "GET /api/v1/bundles": () => [bundle],
    "PATCH /api/v1/bundles/knee-unet": ({ body }) => (bundle = { ...bundle, ...(body as object) }),
    "GET /api/v1/users": () => users,
    "POST /api/v1/users": ({ body }) => {
      const { name } = body as { name: string };
      if (users.some((one) => one.name === name)) return status(409, problem("It is taken."));
      users = [...users, user(3, name)];
      return status(201, users[2]);
    },
    "PATCH /api/v1/users/2": ({ body }) => {
      users = users.map((one) => (one.id === 2 ? { ...one, ...(body as object) } : one));
      return users[1];
    },
  });
}

const row = async (name: string) =>
  (await screen.findByText(`Full ${name}`)).closest<HTMLElement>("tr")!;

test("a bundle says what it is for, for whom not, and that it learned from simulated images", async () => {
  open(clinic(), "/bundles");
  const card = await screen.findByRole("article", { name: "knee-unet" });
  for (const text of ["0.3.1", "Outlines cartilage.", "Research.", "Implant, new-code", "Trained on simulated images", "Installed here"])
    expect(card.textContent).toContain(text);
});

test("a silent bundle is shown to all with the first own call where that is chosen", async () => {
  const silent = { ...BUNDLE, silent: true };
  const service = fakeService({
    "GET /api/v1/session": () => ADMIN,
    "GET /api/v1/bundles": () => [silent],
    "PATCH /api/v1/bundles/knee-unet": () => ({ ...silent, shown_to_all: true }),
  });
  open(service, "/bundles");
  await userEvent.click(await screen.findByRole("switch", { name: "Then show to all" }));
  expect(service.of("PATCH /api/v1/bundles/knee-unet")[0]?.body).toEqual({ shown_to_all: true });
});

test("a bundle that is not silent is not asked to whom it is shown", async () => {
  open(
    fakeService({ "GET /api/v1/session": () => ADMIN, "GET /api/v1/bundles": () => [BUNDLE] }),
    "/bundles",
  );
  await screen.findByRole("switch", { name: "Silent" });
  expect(screen.queryByRole("switch", { name: "Then show to all" })).toBeNull();
});

test("a bundle is made silent, and only that is changed", async () => {
  const service = clinic();
  open(service, "/bundles");
  await userEvent.click(await screen.findByRole("switch", { name: "Silent" }));
  await screen.findByText("knee-unet was changed.");
  expect(service.of("PATCH /api/v1/bundles/knee-unet")[0]?.body).toEqual({ silent: true });
  expect(screen.getByRole<HTMLInputElement>("switch", { name: "Silent" }).checked).toBe(true);
});

test("a bundle is pinned to a version and unpinned again", async () => {
  const service = clinic();
  open(service, "/bundles");
  const version = await screen.findByLabelText("Version");
  await userEvent.selectOptions(version, "0.3.0");
  await waitFor(() => expect((version as HTMLSelectElement).value).toBe("0.3.0"));
  await userEvent.selectOptions(version, "");
  await waitFor(() => expect(service.of("PATCH /api/v1/bundles/knee-unet")).toHaveLength(2));
  expect(service.of("PATCH /api/v1/bundles/knee-unet").map(({ body }) => body)).toEqual([
    { pinned: "0.3.0" },
    { pinned: "" },
  ]);
});

test("a refused change leaves the switch as the service has it, and says why", async () => {
  const service = clinic();
  service.on("PATCH /api/v1/bundles/knee-unet", () => status(403, problem("You may not.")));
  open(service, "/bundles");
  await userEvent.click(await screen.findByRole("switch", { name: "Enabled" }));
  await screen.findByText("You may not.");
  expect(screen.getByRole<HTMLInputElement>("switch", { name: "Enabled" }).checked).toBe(true);
});

test("administrators change others, and not their own role or access", async () => {
  open(clinic(), "/users");
  const own = await row("root");
  expect(within(own).getByRole<HTMLSelectElement>("combobox").disabled).toBe(true);
  expect(within(own).queryByRole("button")).toBeNull();
  const other = await row("cmora");
  expect(within(other).getByRole<HTMLSelectElement>("combobox").disabled).toBe(false);
});

test("a user is given a role and is disabled", async () => {
  const service = clinic();
  open(service, "/users");
  const other = await row("cmora");
  await userEvent.selectOptions(within(other).getByRole("combobox"), "researcher");
  await waitFor(() => expect(within(other).getByRole<HTMLSelectElement>("combobox").value).toBe("researcher"));
  await userEvent.click(within(other).getByRole("button", { name: "Disable" }));
  await within(other).findByText("Disabled");
  expect(service.of("PATCH /api/v1/users/2").map(({ body }) => body)).toEqual([
    { role: "researcher" },
    { disabled: true },
  ]);
});

test("a name that is taken is said in the form, which keeps what was written", async () => {
  open(clinic(), "/users");
  await userEvent.click(await screen.findByRole("button", { name: "Add user" }));
  const form = within(await screen.findByRole("dialog"));
  await userEvent.type(form.getByLabelText("Full name"), "Another Mora");
  await userEvent.type(form.getByLabelText("Log-in name"), "cmora");
  await userEvent.type(form.getByLabelText("First password"), "correct horse battery{Enter}");
  await form.findByText("It is taken.");
  expect(form.getByLabelText<HTMLInputElement>("Full name").value).toBe("Another Mora");
  await userEvent.type(form.getByLabelText("Log-in name"), "2{Enter}");
  await screen.findByText("cmora2 may log in now.");
  await row("cmora2");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a new password is sent and shown nowhere", async () => {
  const service = clinic();
  open(service, "/users");
  await userEvent.click(within(await row("cmora")).getByRole("button", { name: "New password" }));
  const input = within(await screen.findByRole("dialog")).getByLabelText<HTMLInputElement>("New password");
  expect(input.type).toBe("password");
  await userEvent.type(input, "correct horse battery{Enter}");
  await screen.findByText("cmora has a new password.");
  expect(service.of("PATCH /api/v1/users/2")[0]?.body).toEqual({ password: "correct horse battery" });
  expect(document.body.textContent).not.toContain("correct horse");
});

test("somebody who is locked out is shown with the end of it", async () => {
  const service = clinic();
  const locked_until = new Date(Date.now() + 600_000).toISOString();
  service.on("GET /api/v1/users", () => [user(2, "cmora", { locked_until })]);
  open(service, "/users");
  expect((await row("cmora")).textContent).toContain("Locked until");
});

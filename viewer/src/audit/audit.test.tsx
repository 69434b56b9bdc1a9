import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { AuditLine, AuditStep, Me } from "../api/types";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { open } from "../testing/page";

const ADMIN: Me = { ...ME, role: "administrator", permissions: ["see_worklist", "see_audit"] };
const LIST = "GET /api/v1/audit";
const CHAIN = "GET /api/v1/audit/chain";
const HASH = "ab".repeat(32);

function act(id: number, changed: Partial<AuditLine> = {}): AuditLine {
  return {
    id,
    at: "2026-06-14T10:00:00Z",
    user_name: "cmora",
    action: "study.viewed",
    subject: "study",
    subject_id: "7",
    patient_id: 3,
    details: {},
    ...changed,
  };
}

function step(changed: Partial<AuditStep> = {}): AuditStep {
  return { checked: 9, hash: HASH, newest: 9, noted: 0, broken: null, done: true, ...changed };
}

function clinic(acts: AuditLine[] = [act(9), act(8)]) {
  return fakeService({
    "GET /api/v1/session": () => ADMIN,
    "GET /api/v1/users": () => [{ id: 2, name: "cmora", full_name: "Clara Mora" }],
    [LIST]: ({ query }) => {
      const before = Number(query.get("before") ?? Infinity);
      const found = acts.filter(({ id }) => id < before);
      return { acts: found.slice(0, 2), next: found.length > 2 ? found[1]?.id : null };
    },
    [CHAIN]: () => step(),
  });
}

const queries = (service: ReturnType<typeof clinic>) =>
  service.of(LIST).map(({ query }) => {
    query.delete("limit");
    return query.toString();
  });

test("each act is in words, with what it was done to and a way there", async () => {
  open(clinic([act(9, { details: { what: ["role", "password"], rows: 3 } })]), "/audit");
  const row = (await screen.findAllByRole("row"))[1];
  for (const text of ["cmora", "viewed a study", "what: role, password", "rows: 3", "14 Jun 2026"])
    expect(row?.textContent).toContain(text);
  const links = within(row!).getAllByRole("link");
  expect(links.map((link) => link.getAttribute("href"))).toEqual(["/studies/7", "/patients/3"]);
});

test("a bundle's name stays whole, and one's own password is said to be one's own", async () => {
  const bundle = act(9, { action: "bundle.changed", subject: "bundle", subject_id: "lumbar-spine-grading" });
  const own = act(8, { action: "user.changed", subject: "user", subject_id: "2", details: { what: "own" } });
  open(clinic([bundle, own]), "/audit");
  const [, first, second] = await screen.findAllByRole("row");
  expect(first?.textContent).toContain("lumbar-spine-grading");
  expect(second?.textContent).toContain("changed their own password");
  expect(second?.textContent).not.toContain("what:");
});

test("an act and a subject that are new to the page are shown by their codes", async () => {
  open(clinic([act(9, { action: "new.thing", subject: "thing", subject_id: "x", patient_id: null })]), "/audit");
  await screen.findByText("new.thing");
  screen.getByText("thing x");
});

test("older acts are a page away, and newer ones back", async () => {
  const service = clinic([act(5), act(4), act(3), act(2), act(1)]);
  open(service, "/audit");
  await userEvent.click(await screen.findByRole("button", { name: "Older" }));
  await waitFor(() => expect(queries(service)).toEqual(["", "before=4"]));
  await userEvent.click(screen.getByRole("button", { name: "Newer" }));
  await waitFor(() => expect(queries(service).at(-1)).toBe(""));
});

test("the log is narrowed by person, act, study and days, and the export with it", async () => {
  const service = clinic();
  open(service, "/audit");
  await screen.findByRole("option", { name: "Clara Mora (cmora)" });
  await userEvent.selectOptions(screen.getByLabelText("Person"), "2");
  await userEvent.selectOptions(screen.getByLabelText("Act"), "All of: Reports");
  fireEvent.change(screen.getByLabelText("Study no."), { target: { value: "7x" } });
  fireEvent.change(screen.getByLabelText("From day"), { target: { value: "2026-06-14" } });
  await waitFor(() => expect(queries(service).at(-1)).toContain("since="));
  const last = service.of(LIST).at(-1)?.query;
  expect([last?.get("user"), last?.get("action"), last?.get("study")]).toEqual(["2", "report.", "7"]);
  const exported = screen.getByRole("link", { name: "Export as CSV" }).getAttribute("href");
  expect(exported).toMatch(/^\/api\/v1\/audit\/export\?user=2&study=7&action=report.&since=/);
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => expect(queries(service).at(-1)).toBe(""));
});

test("narrowing begins with the newest again", async () => {
  const service = clinic([act(5), act(4), act(3)]);
  open(service, "/audit");
  await userEvent.click(await screen.findByRole("button", { name: "Older" }));
  await userEvent.selectOptions(screen.getByLabelText("Act"), "viewed a study");
  await waitFor(() => expect(queries(service).at(-1)).toBe("action=study.viewed"));
});

test("where no act fits, that is said", async () => {
  open(clinic([]), "/audit");
  await screen.findByText("No act is like that.");
});

test("the chain is checked step by step, each from where the last one came to", async () => {
  const service = clinic();
  service.on(CHAIN, ({ query }) =>
    query.has("after")
      ? step({ checked: 9, noted: 1 })
      : step({ checked: 5, hash: "c".repeat(64), noted: 2, done: false }),
  );
  open(service, "/audit");
  await userEvent.click(await screen.findByRole("button", { name: "Check the chain" }));
  await screen.findByText("The log is whole");
  screen.getByText(/^9 acts are as they were written, in their order.*: 3\.$/);
  screen.getByText(`9 ${HASH}`);
  const asked = service.of(CHAIN).map(({ query }) => query.toString());
  expect(asked).toEqual(["", `after=5&hash=${"c".repeat(64)}`]);
});

test("the first act at which the chain does not hold is named", async () => {
  const service = clinic();
  const broken = { number: 4, fault: "changed" as const, reason: "it was changed" };
  service.on(CHAIN, () => step({ checked: 3, broken }));
  open(service, "/audit");
  await userEvent.click(await screen.findByRole("button", { name: "Check the chain" }));
  await screen.findByText("The log is not whole");
  screen.getByText("Act 4: it was changed after it was written.");
});

test("a check can be stopped, and says nothing of what it had not looked at", async () => {
  const service = clinic();
  service.on(CHAIN, ({ query }) =>
    query.has("after") ? new Promise(() => undefined) : step({ checked: 5, done: false }),
  );
  open(service, "/audit");
  await userEvent.click(await screen.findByRole("button", { name: "Check the chain" }));
  await screen.findByText("5 of 9 acts checked");
  await userEvent.click(screen.getByRole("button", { name: "Stop" }));
  screen.getByRole("button", { name: "Check the chain" });
  expect(screen.queryByText("The log is whole")).toBeNull();
});

test("a check that fails says why and can be tried again", async () => {
  const service = clinic();
  service.on(CHAIN, () => status(503, problem("The database is away.")));
  open(service, "/audit");
  await userEvent.click(await screen.findByRole("button", { name: "Check the chain" }));
  await screen.findByText("The database is away.");
  service.on(CHAIN, () => step());
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("The log is whole");
});

test("the page is in Spanish where that is chosen", async () => {
  open(clinic(), "/audit", "es");
  await screen.findByRole("heading", { name: "Registro de auditoría" });
  expect(await screen.findAllByText("vio un estudio", { selector: "td" })).toHaveLength(2);
});

import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { WorklistEntry } from "../api/types";
import { fakeService, type Handler, ME, problem, status, study, worklist } from "../testing/fakeService";
import { open } from "../testing/page";

const LIST = "GET /api/v1/worklist";

function clinic(list: Handler) {
  return fakeService({ "GET /api/v1/session": () => ME, [LIST]: list });
}

function showing(...studies: WorklistEntry[]) {
  return clinic(() => worklist(studies));
}

async function rows() {
  await screen.findAllByRole("link", { name: /Weber/ });
  return screen.getAllByRole("row").slice(1);
}

test("a study shows patient, anatomy, dates, source, state and count of findings", async () => {
  open(showing(study(4, { finding_count: 7, priority: "urgent" })));
  const [row] = await rows();
  for (const text of ["Weber, Lena 4", "P4", "55 y", "Lumbar spine", "14 Jun 2026", "Upload", "Read", "7", "Urgent"])
    expect(row?.textContent).toContain(text);
});

test("a refused study says why, and a running one how far it is", async () => {
  const reason = { code: "x", params: {}, subject: "study", text: "Too few slices." };
  open(
    showing(
      study(1, { state: "refused", reason }),
      study(2, { state: "analysing", progress: { stage: "anatomy", done: 5, total: 20 } }),
      study(3, { state: "analysing", progress: { stage: "grading", done: 0, total: 0 } }),
    ),
  );
  const [refused, running, unknown] = await rows();
  expect(refused?.textContent).toContain("Too few slices.");
  expect(within(running!).getByRole("progressbar", { name: "Outlining anatomy, 25 %" })).toHaveProperty("value", 0.25);
  expect(within(unknown!).getByRole("progressbar").hasAttribute("value")).toBe(false);
});

test("findings of a study that was not analysed are not shown as none", async () => {
  open(showing(study(1, { state: "received", finding_count: 0 }), study(2, { finding_count: 0 })));
  const [waiting, read] = await rows();
  expect(waiting?.textContent).toContain("Not analysed yet");
  expect(read?.querySelector(".column-findings")?.textContent).toBe("0");
});

test("text of an image's header is shown as text and never run", async () => {
  const description = "<img src=x onerror=alert(1)>";
  open(showing(study(1, { description })));
  const [row] = await rows();
  expect(row?.textContent).toContain(description);
  expect(row?.querySelector("img")).toBeNull();
});

test("it is said that the order is no triage, and nothing sorts by findings", async () => {
  open(showing(study(1)));
  await rows();
  screen.getByText(/this is not triage/);
  const header = screen.getByRole("columnheader", { name: "Findings" });
  expect(within(header).queryByRole("button")).toBeNull();
});

test("a search is sent once somebody stops typing, with each letter that was typed", async () => {
  const service = showing(study(1));
  open(service);
  await rows();
  const before = service.of(LIST).length;
  await userEvent.type(screen.getByRole("searchbox"), "garcía lena 12");
  await waitFor(() => expect(service.of(LIST).at(-1)?.query.get("search")).toBe("garcía lena 12"));
  expect(service.of(LIST).length - before).toBeLessThan(5);
  expect((screen.getByRole("searchbox") as HTMLInputElement).value).toBe("garcía lena 12");
});

test("a state and an order are asked of the service", async () => {
  const service = showing(study(1));
  open(service);
  await rows();
  await userEvent.click(screen.getByRole("radio", { name: "Refused" }));
  await userEvent.click(screen.getByRole("button", { name: /^Patient/ }));
  await waitFor(() => {
    const query = service.of(LIST).at(-1)?.query;
    expect([query?.get("state"), query?.get("sort")]).toEqual(["refused", "patient"]);
  });
  const header = screen.getByRole("columnheader", { name: /Patient/ });
  expect(header.getAttribute("aria-sort")).toBe("ascending");
});

test("pages follow each other and go back", async () => {
  const service = clinic(({ query }) =>
    query.get("after") === "2nd"
      ? worklist([study(2)])
      : worklist([study(1)], { next: "2nd", total: 1000, total_is_floor: true }),
  );
  open(service);
  await screen.findByText("Weber, Lena 1");
  screen.getByText("more than 1,000 studies");
  await userEvent.click(screen.getByRole("button", { name: /Next/ }));
  await screen.findByText("Weber, Lena 2");
  await userEvent.keyboard("[[");
  await screen.findByText("Weber, Lena 1");
});

test("another filter begins at the first page", async () => {
  const service = clinic(({ query }) =>
    query.get("after") ? worklist([study(2)]) : worklist([study(1)], { next: "2nd" }),
  );
  open(service);
  await screen.findByText("Weber, Lena 1");
  await userEvent.click(screen.getByRole("button", { name: /Next/ }));
  await screen.findByText("Weber, Lena 2");
  await userEvent.click(screen.getByRole("radio", { name: "Read" }));
  await waitFor(() => expect(service.of(LIST).at(-1)?.query.get("state")).toBe("read"));
  expect(service.of(LIST).at(-1)?.query.get("after")).toBeNull();
});

test("the keyboard goes from study to study, to the search and back", async () => {
  open(showing(study(1), study(2)));
  await rows();
  await userEvent.keyboard("jj");
  expect(document.activeElement?.textContent).toBe("Weber, Lena 2");
  await userEvent.keyboard("k");
  expect(document.activeElement?.textContent).toBe("Weber, Lena 1");
  await userEvent.keyboard("/");
  expect(document.activeElement).toBe(screen.getByRole("searchbox"));
  await userEvent.keyboard("{ArrowDown}");
  expect(document.activeElement?.textContent).toBe("Weber, Lena 1");
});

test("? shows the keys, and while it is open they do nothing", async () => {
  open(showing(study(1)));
  await rows();
  await userEvent.keyboard("?");
  const help = await screen.findByRole("dialog", { name: "Keyboard" });
  await userEvent.keyboard("/");
  expect(document.activeElement).not.toBe(screen.getByRole("searchbox"));
  await userEvent.click(within(help).getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a study that changes elsewhere changes here, and keeps the focus", async () => {
  let state: WorklistEntry["state"] = "analysing";
  const service = clinic(() => worklist([study(1, { state, revision: state === "read" ? 9 : 1 })]));
  const { events } = open(service);
  await rows();
  await userEvent.keyboard("j");
  state = "read";
  events[0]?.opened();
  events[0]?.says('{"id": 1, "revision": 9}');
  await waitFor(() => expect(document.querySelector(".state.read")).not.toBeNull());
  expect(document.activeElement?.textContent).toBe("Weber, Lena 1");
});

test("many changes at once are asked for once", async () => {
  const service = showing(study(1));
  const { events } = open(service);
  await rows();
  const before = service.of(LIST).length;
  events[0]?.opened();
  for (let id = 1; id <= 200; id += 1) events[0]?.says(`{"id": ${id}, "revision": ${id}}`);
  await waitFor(() => expect(service.of(LIST).length).toBe(before + 1));
});

test("a lost stream is said", async () => {
  const { events } = open(showing(study(1)));
  await rows();
  events[0]?.opened();
  await screen.findByText("Live");
  events[0]?.breaks("for a while");
  await screen.findByText(/the list may be old/);
});

test("an archive without studies says how they come", async () => {
  open(showing());
  await screen.findByText("No studies yet");
  screen.getByRole("link", { name: "Upload studies" });
});

test("a search that finds nothing can be cleared", async () => {
  const service = clinic(({ query }) => worklist(query.get("search") ? [] : [study(1)]));
  open(service, "/?search=nobody");
  await screen.findByText("No study fits");
  await userEvent.click(screen.getAllByRole("button", { name: "Clear" })[0]!);
  await rows();
});

test("a failure is shown in its parts and can be tried again", async () => {
  let away = true;
  open(clinic(() => (away ? status(503, problem("The database is away.")) : worklist([study(1)]))));
  await screen.findByText("The database is away.");
  expect(screen.queryByText("No studies yet")).toBeNull();
  away = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await rows();
  expect(screen.queryByText("The database is away.")).toBeNull();
});

test("in Spanish the list speaks Spanish, and asks the service to", async () => {
  const service = showing(study(1));
  open(service, "/", "es");
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  await waitFor(() => expect(service.of(LIST)[0]?.headers.get("Accept-Language")).toBe("es"));
});

test("whoever sees pseudonyms gets no identifier, and no order by name or date", async () => {
  const { patient } = study(1);
  const hidden = { ...patient, name: "Weber-QX7", identifier: "P1", pseudonymous: true };
  const service = showing(study(1, { patient: hidden }));
  const permissions = ["see_worklist"];
  service.on("GET /api/v1/session", () => ({ ...ME, role: "researcher", permissions }));
  open(service);
  const [row] = await rows();
  expect(row?.textContent).toContain("Weber-QX7Pseudonym");
  expect(row?.textContent).not.toContain("P1");
  expect(screen.queryByRole("button", { name: /^Patient|^Study date/ })).toBeNull();
  screen.getByRole("button", { name: /^Received/ });
  expect(screen.queryByLabelText("From")).toBeNull();
});

test("the days of the study narrow the list, each bounds the other, and both are let go", async () => {
  const service = showing(study(1));
  open(service, "/?first=2026-03-01");
  await rows();
  const first = screen.getByLabelText<HTMLInputElement>("From");
  const last = screen.getByLabelText<HTMLInputElement>("to");
  expect([first.value, last.min]).toEqual(["2026-03-01", "2026-03-01"]);
  fireEvent.change(last, { target: { value: "2026-03-31" } });
  const asked = () => service.of(LIST).at(-1)?.query;
  await waitFor(() => expect(asked()?.get("last_date")).toBe("2026-03-31"));
  expect(asked()?.get("first_date")).toBe("2026-03-01");
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => expect(asked()?.has("first_date")).toBe(false));
  expect(asked()?.has("last_date")).toBe(false);
});

import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";
import { Entrance } from "../session/Entrance";
import { SessionProvider } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { WordsProvider } from "../words";
import { Exports } from "./ExportTable";

const EXPORT = "GET /api/v1/corrections/export";

function show(answers: (query: URLSearchParams) => unknown) {
  const made: Blob[] = [];
  vi.stubGlobal("URL", Object.assign(URL, {
    createObjectURL: (blob: Blob) => {
      made.push(blob);
      return "blob:file";
    },
    revokeObjectURL: () => undefined,
  }));
  const service = fakeService({
    "GET /api/v1/session": () => ({ ...ME, permissions: ["export", "see_identity"] }),
    [EXPORT]: ({ query }) => answers(query),
  });
  render(
    <WordsProvider first="en">
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <MemoryRouter>
            <Entrance>
              <Exports />
            </Entrance>
          </MemoryRouter>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
  return { service, made };
}

async function ask() {
  await userEvent.click(await screen.findByRole("button", { name: "Export corrections" }));
  return within(await screen.findByRole("dialog"));
}

test("corrections are said to be under pseudonyms even to who may see names, and come as labels", async () => {
  const { service, made } = show(() => new Response("study,patient\n"));
  const dialog = await ask();
  expect(dialog.getByText(/pseudonyms in place of patients’ names/)).toBeDefined();
  expect(dialog.queryByText(/It holds names/)).toBeNull();
  await userEvent.click(dialog.getByRole("button", { name: "Download labels.csv" }));
  await screen.findByText("The table was downloaded.");
  expect(service.of(EXPORT)[0]?.query.get("form")).toBe("csv");
  expect(await made[0]?.text()).toBe("study,patient\n");
});

test("corrections of more than one answer come whole, each line once", async () => {
  const lines: Record<string, string> = { "0": '{"id": 1}\n{"id": 4}\n', "4": '{"id": 9}\n', "9": "" };
  const { made } = show((query) => new Response(lines[query.get("after") ?? ""]));
  const dialog = await ask();
  await userEvent.click(dialog.getByRole("button", { name: "Download corrections.jsonl" }));
  await screen.findByText("The table was downloaded.");
  expect(await made[0]?.text()).toBe('{"id": 1}\n{"id": 4}\n{"id": 9}\n');
});

test("what keeps corrections from being exported is told, and it can be tried again", async () => {
  const { made } = show(() => status(503, problem("The archive is away.")));
  const dialog = await ask();
  await userEvent.click(dialog.getByRole("button", { name: "Download labels.csv" }));
  await dialog.findByText("The archive is away.");
  expect(made).toEqual([]);
  expect(dialog.getByRole("button", { name: "Download labels.csv" }).hasAttribute("disabled")).toBe(false);
});

import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";
import type { Me } from "../api/types";
import { SessionProvider, useEntrance } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { fakeService, type Handler, ME, problem, status } from "../testing/fakeService";
import { WordsProvider } from "../words";
import { ExportDicom } from "./ExportDicom";

const ROUTE = "GET /api/v1/studies/7/objects/objects.zip";
const MAY: Me = { ...ME, permissions: [...ME.permissions, "export_identified"] };

function Study() {
  const { known } = useEntrance();
  return known.is === "somebody" ? <ExportDicom study={7} /> : null;
}

function show(
  answer: unknown,
  me: Me = MAY,
  language: "en" | "es" = "en",
  routes: Record<string, Handler> = {},
) {
  const service = fakeService({
    "GET /api/v1/session": () => ({ ...me, language }),
    "GET /api/v1/peers": () => [],
    "GET /api/v1/studies/7/sent": () => ({ sent: [], due: 0, failed: 0 }),
    ...routes,
    [ROUTE]: () => answer,
  });
  render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <MemoryRouter>
            <Study />
          </MemoryRouter>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
  return service;
}

test("what is chosen of a study comes as one file", async () => {
  const made: Blob[] = [];
  vi.stubGlobal("URL", Object.assign(URL, {
    createObjectURL: (blob: Blob) => {
      made.push(blob);
      return "blob:zip";
    },
    revokeObjectURL: () => undefined,
  }));
  const service = show(new Response("PK"));
  await userEvent.click(await screen.findByRole("button", { name: "Export as DICOM" }));
  const dialog = within(await screen.findByRole("dialog"));
  await userEvent.click(dialog.getByLabelText(/Report as PDF/));
  await userEvent.click(dialog.getByLabelText(/one layer/));
  await userEvent.click(dialog.getByRole("button", { name: "Download" }));
  await screen.findByText("The objects were downloaded.");
  expect(service.of(ROUTE).map(({ query }) => query.get("kinds"))).toEqual(["seg,labelmap,sr,sc"]);
  expect(await made[0]?.text()).toBe("PK");
});

test("why nothing goes out is said where it was asked, in Spanish too", async () => {
  show(status(409, problem("No se exportó nada.")), MAY, "es");
  await userEvent.click(await screen.findByRole("button", { name: "Exportar como DICOM" }));
  await userEvent.click(screen.getByRole("button", { name: "Descargar" }));
  await screen.findByText("No se exportó nada.");
});

test("with nothing chosen there is nothing to download", async () => {
  show(new Response("PK"));
  await userEvent.click(await screen.findByRole("button", { name: "Export as DICOM" }));
  const dialog = within(await screen.findByRole("dialog"));
  for (const box of dialog.getAllByRole<HTMLInputElement>("checkbox", { checked: true })) {
    await userEvent.click(box);
  }
  const button = dialog.getByRole<HTMLButtonElement>("button", { name: "Download" });
  expect(button.disabled).toBe(true);
});

test("what is chosen goes to the system that is chosen, and what went before is told", async () => {
  const sent = "POST /api/v1/studies/7/objects";
  let fresh = 2;
  const service = show(new Response("PK"), MAY, "en", {
    "GET /api/v1/peers": () => ["pacs", "far"],
    [sent]: () => status(202, { peer: "far", objects: 2, new: fresh }),
  });
  const open = async () => {
    await userEvent.click(await screen.findByRole("button", { name: "Export as DICOM" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.selectOptions(await dialog.findByLabelText("Or send to"), "far");
    return dialog;
  };
  const dialog = await open();
  await userEvent.click(dialog.getByLabelText(/Pictures/));
  await userEvent.click(dialog.getByRole("button", { name: "Send" }));
  await screen.findByText("far gets 2 objects; they wait here until they are taken.");
  expect(service.of(sent).map(({ body }) => body)).toEqual([{ peer: "far", kinds: "seg,sr,pdf" }]);
  fresh = 0;
  await userEvent.click((await open()).getByRole("button", { name: "Send" }));
  await screen.findByText("All of it was put up for far before; nothing new goes out.");
});

test("without a listed system there is nowhere to send to, and why nothing was sent is said", async () => {
  const service = show(new Response("PK"));
  await userEvent.click(await screen.findByRole("button", { name: "Export as DICOM" }));
  await screen.findByRole("button", { name: "Download" });
  expect(screen.queryByRole("button", { name: "Send" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  service.on("GET /api/v1/peers", () => ["pacs"]);
  service.on("POST /api/v1/studies/7/objects", () => status(409, problem("Nothing was exported.")));
  await userEvent.click(await screen.findByRole("button", { name: "Export as DICOM" }));
  await userEvent.click(await screen.findByRole("button", { name: "Send" }));
  await screen.findByText("Nothing was exported.");
});

test.each([
  ["en", "Export as DICOM", "SEG, SR to pacs", /^arrived, /, /waits to be taken, .*\(unverified\)/],
  ["es", "Exportar como DICOM", "SEG, SR a pacs", /^recibido, /, /espera a que.*\(sin verificar\)/],
] as const)("what went where, and what became of it, is listed: %s", async (language, open, to, there, waits) => {
  const put_at = "2026-11-22T18:00:00Z";
  const sent = [
    { peer: "far", kinds: ["sr"], verified: false, state: "waiting", put_at, done_at: null },
    { peer: "pacs", kinds: ["seg", "sr"], verified: true, state: "stored", put_at, done_at: put_at },
  ];
  show(new Response("PK"), MAY, language, {
    "GET /api/v1/studies/7/sent": () => ({ sent, due: 1, failed: 0 }),
  });
  await userEvent.click(await screen.findByRole("button", { name: open }));
  const items = await screen.findAllByRole("listitem");
  expect(items.map((one) => one.textContent)).toHaveLength(2);
  expect(items[0]?.textContent).toMatch(waits);
  expect(within(items[1] as HTMLElement).getByText(to)).toBeTruthy();
  expect(items[1]?.textContent?.slice(to.length + 1)).toMatch(there);
  expect(document.querySelector(".sent-results .hint")?.textContent).toBeTruthy();
});

test("that nothing went, and that something could not be made, is said", async () => {
  const service = show(new Response("PK"));
  await userEvent.click(await screen.findByRole("button", { name: "Export as DICOM" }));
  await screen.findByText("Nothing of this study was sent yet.");
  await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
  service.on("GET /api/v1/studies/7/sent", () => ({ sent: [], due: 0, failed: 1 }));
  await userEvent.click(await screen.findByRole("button", { name: "Export as DICOM" }));
  await screen.findByText(/could not be made/);
  expect(screen.queryByText("Nothing of this study was sent yet.")).toBeNull();
});

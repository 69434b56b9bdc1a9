import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { expect, test, vi } from "vitest";
import type { Me } from "../api/types";
import { SessionProvider, useEntrance } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { WordsProvider } from "../words";
import { ExportDicom } from "./ExportDicom";

const ROUTE = "GET /api/v1/studies/7/objects/objects.zip";
const MAY: Me = { ...ME, permissions: [...ME.permissions, "export_identified"] };

function Study() {
  const { known } = useEntrance();
  return known.is === "somebody" ? <ExportDicom study={7} /> : null;
}

function show(answer: unknown, me: Me = MAY, language: "en" | "es" = "en") {
  const service = fakeService({
    "GET /api/v1/session": () => ({ ...me, language }),
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

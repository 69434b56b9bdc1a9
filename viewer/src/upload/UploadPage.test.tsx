import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { FileEntry, NewUpload, UploadEntry } from "../api/types";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { fakeXhr } from "../testing/fakeXhr";
import { open } from "../testing/page";

const FILES = ["IM1", "IM2", "notes.txt"].map((name) => new File([name], name));

/** A clinic that takes an upload and sorts it: what is no image is refused. */
function clinic(before: UploadEntry | null = null) {
  let upload = before;
  const set = (changed: Partial<UploadEntry>) => (upload = { ...upload!, ...changed });
  const service = fakeService({
    "GET /api/v1/session": () => ME,
    "GET /api/v1/uploads": () => (upload?.state === "open" ? [upload] : []),
    "POST /api/v1/uploads": ({ body }) => set(opened(body as NewUpload)),
    "GET /api/v1/uploads/u1": () => {
      if (upload?.state !== "sorting") return upload;
      return set({ state: "done", files: upload.files.map(sorted), studies: [12] });
    },
    "DELETE /api/v1/uploads/u1": () => {
      set({ state: "abandoned" });
      return status(204);
    },
    "POST /api/v1/uploads/u1/finish": () => set({ state: "sorting" }),
  });
  for (const id of [1, 2, 3]) {
    service.on(`PUT /api/v1/uploads/u1/files/${id}`, () => {
      const files = upload!.files.map((file) =>
        file.id === id ? { ...file, state: "here" as const } : file,
      );
      set({ files });
      return files[id - 1];
    });
  }
  vi.stubGlobal("XMLHttpRequest", fakeXhr(service));
  return service;
}

function opened(wanted: NewUpload): UploadEntry {
  const files = wanted.files.map(({ name, size }, index): FileEntry => {
    return { id: index + 1, name, size, state: "waiting", reason: null, study: null };
  });
  return {
    id: "u1",
    state: "open",
    priority: wanted.priority ?? "routine",
    exclusions: wanted.exclusions,
    created_at: "2026-06-14T10:00:00Z",
    finished_at: null,
    files,
    studies: [],
  };
}

function sorted(file: FileEntry): FileEntry {
  if (!file.name.endsWith(".txt")) return { ...file, state: "stored", study: 12 };
  const reason = { code: "no-image", params: {}, subject: "files", text: "It is no image." };
  return { ...file, state: "refused", reason };
}

const interrupted = () => {
  const files = FILES.map((file) => ({ name: file.name, size: file.size }));
  const entry = opened({ files, priority: "routine", exclusions: [] });
  entry.files[0]!.state = "here";
  return entry;
};

async function choose() {
  await userEvent.upload(await screen.findByLabelText("Choose files", { selector: "input" }), FILES);
}

const begin = () => screen.getByRole<HTMLButtonElement>("button", { name: "Upload" });

test("nothing is sent before the exclusions are answered; that none applies is an answer", async () => {
  const service = clinic();
  open(service, "/upload");
  await choose();
  expect(begin().disabled).toBe(true);
  screen.getByText("Say which of these apply, or that none does.");
  await userEvent.click(screen.getByLabelText("None of these"));
  await userEvent.click(screen.getByLabelText("Urgent"));
  await userEvent.click(begin());
  await waitFor(() => expect(service.of("POST /api/v1/uploads")).toHaveLength(1));
  expect(service.of("POST /api/v1/uploads")[0]?.body).toEqual({
    priority: "urgent",
    exclusions: [],
    files: FILES.map(({ name, size }) => ({ name, size })),
  });
});

test("'none of these' and an exclusion never stand together", async () => {
  open(clinic(), "/upload");
  await userEvent.click(await screen.findByLabelText("None of these"));
  await userEvent.click(screen.getByLabelText("Implant"));
  expect(screen.getByLabelText<HTMLInputElement>("None of these").checked).toBe(false);
  await userEvent.click(screen.getByLabelText("None of these"));
  expect(screen.getByLabelText<HTMLInputElement>("Implant").checked).toBe(false);
});

test("an upload ends with a result for each file and the way to the study", async () => {
  const service = clinic();
  open(service, "/upload");
  await choose();
  await userEvent.click(screen.getByLabelText("Implant"));
  await userEvent.click(begin());
  const link = await screen.findByRole("link", { name: "Open study 12" });
  expect(link.getAttribute("href")).toBe("/studies/12");
  screen.getByText("It is no image.");
  const rows = screen.getAllByRole("row").slice(1);
  expect(rows.map((row) => row.textContent)).toEqual([
    "Refusednotes.txtIt is no image.9 B",
    "StoredIM13 B",
    "StoredIM23 B",
  ]);
  const [sent] = service.of("PUT /api/v1/uploads/u1/files/1");
  expect(sent?.headers.get("X-CSRF-Token")).toBe(ME.csrf);
});

test("after the page is loaded again only the missing files are sent", async () => {
  const service = clinic(interrupted());
  window.localStorage.setItem("condyle-upload", "u1");
  open(service, "/upload");
  await screen.findByText("An upload was interrupted");
  screen.getByText(/^2 of 3 files are still missing/);
  await choose();
  await screen.findByRole("link", { name: "Open study 12" });
  expect(service.of("PUT /api/v1/uploads/u1/files/1")).toHaveLength(0);
  expect(service.of("PUT /api/v1/uploads/u1/files/2")).toHaveLength(1);
});

test("no form is offered while an upload of this browser is looked for", async () => {
  const service = clinic();
  let found: (entry: unknown) => void = () => undefined;
  service.on("GET /api/v1/uploads/u1", () => new Promise((resolve) => (found = resolve)));
  window.localStorage.setItem("condyle-upload", "u1");
  open(service, "/upload");
  await waitFor(() => expect(service.of("GET /api/v1/uploads/u1")).toHaveLength(1));
  screen.getByRole("main");
  expect(screen.queryByLabelText("Choose files", { selector: "input" })).toBeNull();
  found({ ...interrupted(), state: "done", studies: [12] });
  await screen.findByRole("link", { name: "Open study 12" });
});

test("the form is there when this browser's upload cannot be looked for", async () => {
  const service = clinic(interrupted());
  service.on("GET /api/v1/uploads/u1", () => status(503, problem("The database is away.")));
  window.localStorage.setItem("condyle-upload", "u1");
  open(service, "/upload");
  await choose();
  screen.getByText("3 files");
  expect(window.localStorage.getItem("condyle-upload")).toBe("u1");
});

test("other files than those that are missing are said to be others, and not sent", async () => {
  const service = clinic(interrupted());
  window.localStorage.setItem("condyle-upload", "u1");
  open(service, "/upload");
  await screen.findByText("An upload was interrupted");
  const input = await screen.findByLabelText("Choose files", { selector: "input" });
  await userEvent.upload(input, [new File(["other"], "other")]);
  await screen.findByText("2 files were not among them.");
  expect(service.asked.some(({ method }) => method === "PUT")).toBe(false);
});

test("an upload begun in another browser is found, and can be abandoned", async () => {
  const service = clinic(interrupted());
  open(service, "/upload");
  await screen.findByText("Uploads that are not through");
  screen.getByText("1 of 3 files");
  await userEvent.click(screen.getByRole("button", { name: "Abandon" }));
  await waitFor(() => expect(screen.queryByText("Uploads that are not through")).toBeNull());
  expect(service.of("DELETE /api/v1/uploads/u1")).toHaveLength(1);
});

test("an upload of this browser that is gone is forgotten", async () => {
  const service = clinic();
  window.localStorage.setItem("condyle-upload", "u9");
  open(service, "/upload");
  await screen.findByText("Drop a folder, a zip or files here");
  await waitFor(() => expect(window.localStorage.getItem("condyle-upload")).toBeNull());
});

test("abandoning is asked twice", async () => {
  const service = clinic(interrupted());
  window.localStorage.setItem("condyle-upload", "u1");
  open(service, "/upload");
  await userEvent.click(await screen.findByRole("button", { name: "Abandon" }));
  expect(service.of("DELETE /api/v1/uploads/u1")).toHaveLength(0);
  await userEvent.click(screen.getByRole("button", { name: "Really abandon?" }));
  await screen.findByText("Drop a folder, a zip or files here");
  expect(window.localStorage.getItem("condyle-upload")).toBeNull();
});

test("an upload that the service does not open says why, and keeps what was chosen", async () => {
  const service = clinic();
  service.on("POST /api/v1/uploads", () => status(422, problem("The upload cannot be opened.")));
  open(service, "/upload");
  await choose();
  await userEvent.click(screen.getByLabelText("None of these"));
  await userEvent.click(begin());
  await screen.findByText("The upload cannot be opened.");
  screen.getByText("3 files");
  expect(begin().disabled).toBe(false);
});

test("a file that is refused on its way is named, and the rest can be finished", async () => {
  const service = clinic();
  service.on("PUT /api/v1/uploads/u1/files/2", () => status(400, problem("The file was not taken.")));
  open(service, "/upload");
  await choose();
  await userEvent.click(screen.getByLabelText("None of these"));
  await userEvent.click(begin());
  await screen.findByText("1 file was not taken");
  screen.getByText(/^The file was not taken/);
  await userEvent.click(screen.getByRole("button", { name: "Finish without them" }));
  await screen.findByRole("link", { name: "Open study 12" });
});

test("why an upload waits, and what became of it, is said in the language that is chosen meanwhile", async () => {
  const service = clinic();
  const spanish = (headers: Headers) => headers.get("Accept-Language") === "es";
  let full = true;
  const routes = [1, 2, 3].map((id) => `PUT /api/v1/uploads/u1/files/${id}`);
  for (const route of routes) {
    service.on(route, ({ headers }) =>
      full ? status(503, problem(spanish(headers) ? "Disco lleno." : "A full disk.")) : {},
    );
  }
  service.on("PATCH /api/v1/session", () => ({ ...ME, language: "es" }));
  open(service, "/upload");
  await choose();
  await userEvent.click(screen.getByLabelText("None of these"));
  await userEvent.click(begin());
  await screen.findByText("A full disk.");
  await userEvent.selectOptions(screen.getByLabelText("Language"), "es");
  await screen.findByText("Disco lleno.");
  expect(screen.queryByText("A full disk.")).toBeNull();
  full = false;
  service.on("GET /api/v1/uploads/u1", ({ headers }) => {
    const files = FILES.map(({ name, size }, at) => ({ name, size, id: at + 1 }));
    const text = spanish(headers) ? "No es una imagen." : "It is no image.";
    const reason = { code: "no-image", params: {}, subject: "files", text };
    const done = opened({ files, priority: "routine", exclusions: [] }).files;
    return {
      ...opened({ files, priority: "routine", exclusions: [] }),
      state: "done",
      files: done.map((file) => ({ ...file, state: "refused", reason })),
    };
  });
  await userEvent.click(screen.getByRole("button", { name: "Intentar de nuevo" }));
  expect((await screen.findAllByText("No es una imagen.")).length).toBe(FILES.length);
  await userEvent.selectOptions(screen.getByLabelText("Idioma"), "en");
  expect((await screen.findAllByText("It is no image.")).length).toBe(FILES.length);
});

import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Me } from "../api/types";
import { fakeService, ME, problem, status, worklist } from "../testing/fakeService";
import { open } from "../testing/page";

const KEEP = "PATCH /api/v1/session";

/** A clinic that keeps the language of its one user. */
function clinic(chosen: Me["chosen_language"], logged = true) {
  let me: Me = { ...ME, chosen_language: chosen };
  let inside = logged;
  return fakeService({
    "GET /api/v1/session": () => (inside ? me : status(401, problem("You are not logged in."))),
    "POST /api/v1/session": () => {
      inside = true;
      return me;
    },
    [KEEP]: ({ body }) => (me = { ...me, chosen_language: (body as { language: "es" }).language }),
    "GET /api/v1/worklist": () => worklist([]),
  });
}

const choose = async (language: string) =>
  userEvent.selectOptions(await screen.findByRole("combobox", { name: /Language|Idioma/ }), language);

async function logIn(name = "Name", password = "Password") {
  await userEvent.type(await screen.findByLabelText(name), "cmora");
  await userEvent.type(screen.getByLabelText(password), "right{Enter}");
}

test("the language that somebody chose elsewhere is that of their pages here", async () => {
  const service = clinic("es");
  open(service);
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  await waitFor(() => {
    const asked = service.of("GET /api/v1/worklist").at(-1)?.headers.get("Accept-Language");
    expect(asked).toBe("es");
  });
  expect(service.of(KEEP)).toHaveLength(0);
});

test("whoever never chose keeps the language of this browser, and nothing is sent", async () => {
  const service = clinic(null);
  open(service, "/", "es");
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  expect(service.of(KEEP)).toHaveLength(0);
});

test("a choice is kept with the account, and does not come back by a later answer", async () => {
  const service = clinic("en");
  open(service);
  await screen.findByRole("heading", { name: "Worklist" });
  await choose("es");
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  await waitFor(() => expect(service.of("GET /api/v1/session")).toHaveLength(2));
  expect(service.of(KEEP).map(({ body }) => body)).toEqual([{ language: "es" }]);
  screen.getByRole("heading", { name: "Lista de trabajo" });
});

test("what is chosen before the log-in outweighs what was kept, and is kept then", async () => {
  const service = clinic("en", false);
  open(service);
  await choose("es");
  await logIn("Nombre", "Contraseña");
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  await waitFor(() => expect(service.of(KEEP)).toHaveLength(1));
  screen.getByRole("heading", { name: "Lista de trabajo" });
});

test("without a choice before the log-in, the kept language comes with it", async () => {
  open(clinic("es", false));
  await logIn();
  await screen.findByRole("heading", { name: "Lista de trabajo" });
});

test("a choice that could not be kept is shown, and that it was not kept is said", async () => {
  const service = clinic(null);
  service.on(KEEP, () => status(503, problem("The database cannot be written.")));
  open(service);
  await choose("es");
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  await screen.findByText("The database cannot be written.");
});

test("whoever changes the language while the service is away keeps their page", async () => {
  const service = clinic(null);
  open(service);
  await screen.findByRole("heading", { name: "Worklist" });
  service.on("GET /api/v1/session", () => status(503, problem("The database is away.")));
  await choose("es");
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  await waitFor(() => expect(service.of("GET /api/v1/session")).toHaveLength(2));
  screen.getByText("Clara Mora");
});

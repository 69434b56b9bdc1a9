import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { detail, finding } from "../findings/testing";
// The page comes as a part of its own, which a busy machine takes long to fetch.
import "./StudyPage";
import { fakeService, ME } from "../testing/fakeService";
import { open } from "../testing/page";

/** A service whose texts of a study come in the language that a call asks for. */
function clinic() {
  const inSpanish = (headers: Headers) => headers.get("Accept-Language") === "es";
  return fakeService({
    "GET /api/v1/session": () => ME,
    "PATCH /api/v1/session": () => ({ ...ME, chosen_language: "es" }),
    "GET /api/v1/studies/7": ({ headers }) =>
      detail({
        findings: [finding({ title: inSpanish(headers) ? "Protrusión discal" : "Disc bulge" })],
      }),
    "GET /api/v1/studies/7/overlays": () => ({ structures: [], labels: [] }),
  });
}

test("what a study says is asked for again in the language that is chosen", async () => {
  open(clinic(), "/studies/7");
  await screen.findAllByText("Disc bulge");
  await userEvent.selectOptions(screen.getByLabelText("Language"), "es");
  await screen.findAllByText("Protrusión discal");
  expect(screen.queryByText("Disc bulge")).toBeNull();
});

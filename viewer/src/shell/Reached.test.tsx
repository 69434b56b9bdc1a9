import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Me } from "../api/types";
import { fakeService, ME, worklist } from "../testing/fakeService";
import { open } from "../testing/page";
import { firstPlace, placeOf, PLACES, reaches } from "./pages";

const ANNOTATOR: Me = { ...ME, role: "annotator", permissions: ["see_images", "annotate"] };

function clinic(me: Me) {
  return fakeService({
    "GET /api/v1/session": () => me,
    "GET /api/v1/worklist": () => worklist([]),
    "GET /api/v1/uploads": () => [],
  });
}

test("an annotator begins with the annotation, and no worklist is asked for", async () => {
  const service = clinic(ANNOTATOR);
  open(service);
  // Its page is a part of its own, which a busy machine takes long to fetch.
  const patiently = { timeout: 25_000 };
  await waitFor(() => expect(document.title).toBe("Annotation · Condyle"), patiently);
  await screen.findByRole("link", { name: "Condyle: Annotation" });
  expect(screen.queryByRole("link", { name: "Worklist" })).toBeNull();
  expect(service.of("GET /api/v1/worklist")).toHaveLength(0);
});

test.each(["/studies/7", "/upload", "/users", "/audit", "/bundles", "/dashboard", "/patients/1"])(
  "at %s an annotator is told that the page is another role's, and where to go on",
  async (address) => {
    const service = clinic(ANNOTATOR);
    open(service, address);
    await screen.findByText(/your role \(Annotator\) does not reach/);
    const on = screen.getByRole("link", { name: "Go to Annotation" });
    expect(on.getAttribute("href")).toBe("/annotation");
    expect(service.asked.map(({ path }) => path)).toEqual(["/api/v1/session"]);
  },
);

test("the same is said in Spanish", async () => {
  open(clinic(ANNOTATOR), "/users", "es");
  await screen.findByRole("heading", { name: "«Usuarios» no está disponible para usted" });
});

test("whoever may see the worklist begins with it", async () => {
  open(clinic(ME));
  await screen.findByRole("heading", { name: "Worklist" });
});

test("everybody reaches their own account, whatever their role", () => {
  const reached = PLACES.filter((place) => reaches(place, () => false));
  expect(reached.map(({ path }) => path)).toEqual(["/account"]);
  expect(firstPlace(() => false).path).toBe("/account");
});

test("an address below a page is that page's, and one that only begins alike is not", () => {
  expect(placeOf("/annotation/lists/3")?.path).toBe("/annotation");
  expect(placeOf("/usersandmore")).toBeUndefined();
  expect(placeOf("/")?.path).toBe("/");
});

import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, useNavigate } from "react-router";
import { expect, test, vi } from "vitest";
import { fakeService, ME, study, worklist } from "../testing/fakeService";
import { open } from "../testing/page";
import { Boundary } from "./Boundary";
import { TrailProvider, useTrail } from "./trail";

function clinic() {
  return fakeService({
    "GET /api/v1/session": () => ME,
    "GET /api/v1/worklist": () => worklist([study(1), study(2)]),
    "GET /api/v1/uploads": () => [],
  });
}

test("the window is named after the page, and never after a patient", async () => {
  open(clinic());
  await screen.findByText("Weber, Lena 1");
  expect(document.title).toBe("Worklist · Condyle");
  await userEvent.click(screen.getByRole("link", { name: "Upload" }));
  await screen.findByRole("heading", { name: "Upload studies" });
  expect(document.title).toBe("Upload · Condyle");
});

test("another page has the focus, so that it is read out and Tab goes on in it", async () => {
  open(clinic());
  await screen.findByText("Weber, Lena 1");
  await userEvent.click(screen.getByRole("link", { name: "Upload" }));
  await screen.findByRole("heading", { name: "Upload studies" });
  expect(document.activeElement).toBe(screen.getByRole("main"));
});

test("from another page the worklist comes back as it was filtered", async () => {
  const service = clinic();
  open(service, "/?state=read&search=weber");
  await screen.findByText("Weber, Lena 1");
  await userEvent.click(screen.getByRole("link", { name: "Upload" }));
  await screen.findByRole("heading", { name: "Upload studies" });
  await userEvent.click(screen.getByRole("link", { name: "Worklist" }));
  await screen.findByText("Weber, Lena 1");
  const query = service.of("GET /api/v1/worklist").at(-1)?.query;
  expect([query?.get("state"), query?.get("search")]).toEqual(["read", "weber"]);
});

test("coming back from a study, that study is marked in the list", async () => {
  open(clinic(), "/studies/2");
  await userEvent.click(await screen.findByRole("link", { name: "Worklist" }));
  await waitFor(() => expect(document.activeElement?.textContent).toBe("Weber, Lena 2"));
});

test("on the worklist its own link clears the filters", async () => {
  const service = clinic();
  open(service, "/?state=read");
  await screen.findByText("Weber, Lena 1");
  await userEvent.click(screen.getByRole("link", { name: "Worklist" }));
  await waitFor(() =>
    expect(service.of("GET /api/v1/worklist").at(-1)?.query.get("state")).toBeNull(),
  );
});

test("an address that leads nowhere says so and leads to the worklist", async () => {
  open(clinic(), "/no/such/page");
  await screen.findByRole("heading", { name: "There is no such page." });
  screen.getByRole("link", { name: "Go to Worklist" });
});

test("the language is kept for the next time, and the page is marked with it", async () => {
  open(clinic());
  await screen.findByText("Weber, Lena 1");
  await userEvent.selectOptions(screen.getByLabelText("Language"), "es");
  await screen.findByRole("heading", { name: "Lista de trabajo" });
  expect(document.documentElement.lang).toBe("es");
  expect(window.localStorage.getItem("condyle-language")).toBe("es");
});

function Broken(): never {
  throw new Error("this page is broken");
}

test("a fault of one page is shown in the page, and another page is tried anew", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const shown = render(
    <Boundary at="/one">
      <Broken />
    </Boundary>,
  );
  screen.getByText("Something failed in this page.");
  shown.rerender(<Boundary at="/two">another page</Boundary>);
  screen.getByText("another page");
});

function Where() {
  const trail = useTrail();
  const navigate = useNavigate();
  return (
    <>
      <output>{JSON.stringify(trail)}</output>
      {["/?search=x", "/studies/4", "/upload"].map((to) => (
        <button key={to} type="button" onClick={() => void navigate(to)}>
          {to}
        </button>
      ))}
    </>
  );
}

test("the trail knows the last worklist and the last study", async () => {
  render(
    <MemoryRouter initialEntries={["/upload"]}>
      <TrailProvider>
        <Where />
      </TrailProvider>
    </MemoryRouter>,
  );
  const trail = () => JSON.parse(screen.getByRole("status").textContent ?? "") as unknown;
  expect(trail()).toEqual({ worklist: "/", study: null });
  for (const to of ["/?search=x", "/studies/4", "/upload"])
    await userEvent.click(screen.getByText(to));
  expect(trail()).toEqual({ worklist: "/?search=x", study: "/studies/4" });
});

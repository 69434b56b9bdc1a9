import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";
import type { Me, NewObservation, ObservationEntry } from "../api/types";
import { detail } from "../findings/testing";
import { SessionProvider, useEntrance } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { type FakeService, fakeService, ME, problem, status } from "../testing/fakeService";
import { type Language, WordsProvider } from "../words";
import { DraftsProvider } from "./drafts";
import { ObservationsPanel } from "./ObservationsPanel";
import { RedFlags } from "./RedFlags";
import { BACK, entry, KNEE } from "./testing";
import { today } from "./today";
import { useObservations } from "./useObservations";

const LIST = "GET /api/v1/patients/4/observations";
const ADD = "POST /api/v1/patients/4/observations";
const CLINICIAN: Me = { ...ME, permissions: ["see_worklist", "see_findings", "observe"] };
const VIEWER: Me = { ...ME, role: "viewer", permissions: ["see_worklist", "see_findings"] };

function clinic(first: ObservationEntry[] = [], me: Me = CLINICIAN): FakeService {
  let entries = first;
  return fakeService({
    "GET /api/v1/session": () => me,
    "DELETE /api/v1/session": () => status(204),
    "GET /api/v1/forms": () => [KNEE, BACK],
    [LIST]: () => entries,
    [ADD]: ({ body }) => {
      const { text, supersedes = null } = body as NewObservation;
      const added = entry(50, { text: text ?? "", supersedes });
      entries = [added, ...entries.map((one) => ({ ...one, superseded: one.id === supersedes }))];
      return status(201, added);
    },
    "DELETE /api/v1/observations/1": () => {
      const taken = entry(9, { withdrawn: true, supersedes: 1, by: "Clara Mora" });
      entries = [taken, ...entries.map((one) => ({ ...one, superseded: true }))];
      return taken;
    },
  });
}

/** The panel as a tab that can be left, in a session that can end. */
function Side(): ReactNode {
  const { known } = useEntrance();
  const observations = useObservations(4, 1);
  const [open, setOpen] = useState(true);
  if (known.is !== "somebody") return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(!open)}>
        other tab
      </button>
      <button type="button" onClick={() => void known.session.logOut()}>
        log out
      </button>
      <RedFlags observations={observations} />
      {open ? <ObservationsPanel detail={detail()} observations={observations} /> : null}
    </>
  );
}

function show(service: FakeService, language: Language = "en"): void {
  render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <DraftsProvider>
            <MemoryRouter>
              <Side />
            </MemoryRouter>
          </DraftsProvider>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
}

const press = async (name: string) => userEvent.click(await screen.findByRole("button", { name }));
async function begin(): Promise<void> {
  await waitFor(() =>
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "New observation" }).disabled).toBe(false),
  );
  await press("New observation");
}
const sent = (service: FakeService) => service.of(ADD).map(({ body }) => body as NewObservation);
const slider = () => screen.getByRole<HTMLInputElement>("slider", { name: "Leg pain" });
const group = (name: string) => within(screen.getByRole("radiogroup", { name }));

test("observations are told in words with their red flags, who wrote them and when", async () => {
  const flagged = entry(1, {
    shown: [["Leg pain", "7 / 10"], ["Saddle anaesthesia", "yes"]],
    red_flags: ["Saddle anaesthesia"],
    text: "after a fall",
  });
  show(clinic([flagged]));
  const card = within(await screen.findByRole("article", { name: /Back 12 Mar 2026/ }));
  for (const text of ["7 / 10", "Red flags", "after a fall"]) expect(card.getByText(text)).toBeDefined();
  expect(card.getByText(/Clara Mora, 12 Mar 2026/)).toBeDefined();
  const strip = within(screen.getByRole("region", { name: "Red flags" }));
  expect(strip.getByText(/Saddle anaesthesia/)).toBeDefined();
});

test("nothing observed is said, and red flags that may be missing are told too", async () => {
  const service = clinic();
  show(service);
  await screen.findByText("Nothing has been observed of this patient yet.");
  expect(screen.queryByText("Red flags")).toBeNull();
  service.on(LIST, () => status(500, problem("It failed.")));
  show(service);
  await screen.findByText(/red flags may be missing here/);
});

test("who may not observe sees what was observed, and no buttons for it", async () => {
  show(clinic([entry(1)], VIEWER));
  await screen.findByText("7 / 10");
  for (const name of ["New observation", "Correct", "Withdraw"]) {
    expect(screen.queryByRole("button", { name })).toBeNull();
  }
});

test("a researcher reads that days are withheld", async () => {
  show(clinic([entry(1, { observed_on: null, by: "reader-2" })], { ...VIEWER, role: "researcher" }));
  await screen.findByRole("article", { name: "Back day withheld" });
});

test("the form of the study's anatomy comes first, and it says what it is not", async () => {
  show(clinic());
  await begin();
  const form = screen.getByLabelText<HTMLSelectElement>("Form");
  expect(form.value).toBe("back");
  expect([...form.options].map(({ text }) => text)).toEqual(["Back", "Knee", "Free text alone"]);
  expect(screen.getByText("Totals only: the items are licensed.")).toBeDefined();
});

test("what was asked is sent with its kind, and what was not is left out", async () => {
  const service = clinic();
  show(service);
  await begin();
  slider().focus();
  await userEvent.keyboard("7");
  await userEvent.click(group("Onset").getByRole("radio", { name: "gradual" }));
  await userEvent.click(group("Saddle anaesthesia Red flag").getByRole("radio", { name: "No" }));
  await userEvent.click(group("L4 Left").getByRole("radio", { name: "4" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Straight-leg raise Right" }), "35,5");
  await userEvent.click(screen.getByRole("checkbox", { name: "midline" }));
  await userEvent.type(screen.getByLabelText("Free text"), "after a fall");
  await press("Save");
  await screen.findByText("The observation is kept.");
  expect(sent(service)).toEqual([
    {
      form: "back",
      study: 7,
      observed_on: today(),
      values: {
        "leg-pain": 7, onset: "gradual", saddle: false, "power.left": 4, "raise.right": 35.5, tender: ["midline"],
      },
      text: "after a fall",
      supersedes: null,
    },
  ]);
  await screen.findByText("after a fall");
});

test("a scale starts unset, takes a zero as an answer, ten by its digits, and is taken back", async () => {
  show(clinic());
  await begin();
  const said = () => slider().getAttribute("aria-valuetext");
  expect(said()).toBe("Not asked");
  slider().focus();
  await userEvent.keyboard("{Home}");
  expect(said()).toBe("0 of 10");
  await userEvent.keyboard("10");
  expect(said()).toBe("10 of 10");
  await userEvent.keyboard("{Delete}");
  expect(said()).toBe("Not asked");
  await userEvent.click(slider());
  expect(said()).toBe("0 of 10");
  await press("Take the answer back");
  expect(said()).toBe("Not asked");
});

test("yes and no are taken back to not asked by mouse and by key", async () => {
  show(clinic());
  await begin();
  const asked = group("Saddle anaesthesia Red flag");
  const checked = () =>
    asked.getAllByRole<HTMLInputElement>("radio").find((one) => one.checked)?.labels?.[0]?.textContent;
  expect(checked()).toBe("Not asked");
  await userEvent.click(asked.getByRole("radio", { name: "Yes" }));
  expect(checked()).toBe("Yes");
  await userEvent.keyboard("{Delete}");
  expect(checked()).toBe("Not asked");
});

test("a number that does not fit is told as it is typed, and nothing is sent", async () => {
  const service = clinic();
  show(service);
  await begin();
  const distance = screen.getByRole("textbox", { name: "Walking distance" });
  await userEvent.type(distance, "20000");
  expect(screen.getByText("Outside 0 to 10000 m")).toBeDefined();
  expect(distance.getAttribute("aria-invalid")).toBe("true");
  await press("Save");
  expect(document.activeElement).toBe(distance);
  expect(sent(service)).toEqual([]);
  await userEvent.type(distance, "{Backspace}");
  expect(screen.queryByText(/^Outside/)).toBeNull();
});

test("a day that is yet to come is told, and nothing is sent", async () => {
  const service = clinic();
  show(service);
  await begin();
  const day = screen.getByLabelText("Observed on");
  await userEvent.clear(day);
  expect(screen.getByText("The day of the examination is needed")).toBeDefined();
  await userEvent.type(day, "2999-01-01");
  expect(screen.getByText("This day is yet to come")).toBeDefined();
  await userEvent.type(screen.getByLabelText("Free text"), "x{Control>}{Enter}{/Control}");
  expect(sent(service)).toEqual([]);
});

test("what the service refuses is told at its field, and what was written stays", async () => {
  const service = clinic();
  service.on(ADD, () =>
    status(422, { ...problem("It was not kept."), found: "walking: needs a number" }),
  );
  show(service);
  await begin();
  await userEvent.type(screen.getByRole("textbox", { name: "Walking distance" }), "200");
  await press("Save");
  await screen.findByText("It was not kept.");
  const distance = screen.getByRole<HTMLInputElement>("textbox", { name: "Walking distance" });
  expect(distance.value).toBe("200");
  expect(distance.getAttribute("aria-invalid")).toBe("true");
  expect(distance.closest(".obs-control")?.textContent).toContain("needs a number");
});

test("a draft outlives the tab that it was written in, and is nowhere on the disk", async () => {
  show(clinic());
  await begin();
  await userEvent.type(screen.getByLabelText("Free text"), "cannot feel the seat");
  await press("other tab");
  expect(screen.queryByLabelText("Free text")).toBeNull();
  await press("other tab");
  expect((await screen.findByLabelText<HTMLTextAreaElement>("Free text")).value).toBe("cannot feel the seat");
  expect(JSON.stringify({ ...window.localStorage, ...window.sessionStorage })).not.toContain("seat");
});

test("another form keeps what was written in the first, until it is discarded", async () => {
  show(clinic());
  await begin();
  slider().focus();
  await userEvent.keyboard("3");
  await userEvent.selectOptions(screen.getByLabelText("Form"), "knee");
  expect(screen.queryByRole("slider", { name: "Leg pain" })).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("Form"), "back");
  expect(slider().getAttribute("aria-valuetext")).toBe("3 of 10");
  await press("Discard");
  await begin();
  expect(slider().getAttribute("aria-valuetext")).toBe("Not asked");
});

test("a correction begins with what was said, and takes its place", async () => {
  const service = clinic([entry(1, { text: "old words", values: { "leg-pain": 7, smell: "odd" } })]);
  show(service);
  await press("Correct");
  expect(slider().getAttribute("aria-valuetext")).toBe("7 of 10");
  expect(screen.getByText(/smell/)).toBeDefined();
  expect(screen.getByLabelText<HTMLSelectElement>("Form").disabled).toBe(true);
  slider().focus();
  await userEvent.keyboard("5");
  await press("Save");
  await screen.findByText("1 earlier version");
  expect(sent(service)[0]).toMatchObject({
    supersedes: 1, observed_on: "2026-03-12", study: 7, values: { "leg-pain": 5 }, text: "old words",
  });
});

test("an observation is withdrawn only after one is asked, and stays in the history", async () => {
  const service = clinic([entry(1)]);
  show(service);
  await press("Withdraw");
  const asked = within(await screen.findByRole("dialog"));
  expect(asked.getByText("7 / 10")).toBeDefined();
  expect(service.of("DELETE /api/v1/observations/1")).toHaveLength(0);
  await userEvent.click(asked.getByRole("button", { name: "Withdraw" }));
  await screen.findByText("1 withdrawn");
  expect(screen.getByText(/Withdrawn by Clara Mora/)).toBeDefined();
  expect(screen.queryByRole("button", { name: "Correct" })).toBeNull();
});

test("an observation that somebody else corrected meanwhile is not lost, and it is said", async () => {
  const service = clinic([entry(1)]);
  service.on("DELETE /api/v1/observations/1", () => status(409, problem("It does not stand.")));
  show(service);
  await press("Withdraw");
  const asked = within(await screen.findByRole("dialog"));
  await userEvent.click(asked.getByRole("button", { name: "Withdraw" }));
  await asked.findByText("It does not stand.");
});

test("the panel is in Spanish where that is chosen", async () => {
  show(clinic([entry(1, { withdrawn: true, superseded: false })]), "es");
  await screen.findByText("1 retirada");
  await userEvent.click(await screen.findByRole("button", { name: "Nueva observación" }));
  expect(await screen.findByText("Signo de alarma")).toBeDefined();
});

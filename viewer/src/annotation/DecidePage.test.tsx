import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { problem, status } from "../testing/fakeService";
import { begun, caseOfMany, show } from "./testing";

const GET = "GET /api/v1/annotation/cases/7/adjudication";
const POST = "POST /api/v1/annotation/cases/7/adjudication";

function decide(changed: Parameters<typeof caseOfMany>[0] = {}, post?: () => unknown) {
  return show("/annotation/decide/7", ["adjudicate"], {
    [GET]: () => caseOfMany(changed),
    "GET /api/v1/annotation/cases/9/adjudication": () => caseOfMany({ id: 9, name: "case-004" }),
    [POST]: () => (post ? post() : status(201, caseOfMany())),
  });
}
const shapes = (letter: string) => document.querySelectorAll(`.shape-reader-${letter}`).length;
const key = (name: string) => fireEvent.keyDown(window, { key: name });

describe("a case to be decided", () => {
  it("shows each drawing under its letter, and how they agree", async () => {
    const { user } = decide();
    expect(await begun()).toBe("3");
    expect([shapes("a"), shapes("b")]).toEqual([1, 1]);
    expect(screen.getByText("0.67")).toBeTruthy();
    expect(screen.getByText("Quality: poor")).toBeTruthy();
    await user.click(screen.getByRole("checkbox", { name: "Show B" }));
    expect([shapes("a"), shapes("b")]).toEqual([1, 0]);
  });

  it("is decided from one of the drawings", async () => {
    const { service, user } = decide();
    await begun();
    await user.click(screen.getByRole("button", { name: "Take A" }));
    expect(screen.getByText("1 drawn · slice 3")).toBeTruthy();
    expect((screen.getByRole("radio", { name: "poor" }) as HTMLInputElement).checked).toBe(true);
    await user.type(screen.getByRole("textbox", { name: "Note" }), "nearer");
    await user.click(screen.getByRole("button", { name: /Decide, next case/ }));
    expect(await screen.findByRole("heading", { name: "case-004" })).toBeTruthy();
    expect(service.of(POST)[0]?.body).toMatchObject({
      edition: 0,
      taken_from: "A",
      note: "nearer",
      marks: [{ label: "hernia", box: [2, 1, 6, 5] }, { label: "quality", answer: "poor" }],
    });
  });

  it("is drawn anew where neither is right, and wants its answers", async () => {
    const { service, user } = decide();
    await begun();
    await user.click(screen.getByRole("button", { name: "Take B" }));
    await user.click(screen.getByRole("button", { name: "Draw anew" }));
    key("n");
    expect(await screen.findByText("First answer: Quality")).toBeTruthy();
    key("3");
    key("n");
    await screen.findByRole("heading", { name: "case-004" });
    expect(service.of(POST)[0]?.body).toMatchObject({ taken_from: null, marks: [{ answer: "good" }] });
  });

  it("keeps everything where the decision was not kept", async () => {
    const { user } = decide({}, () => status(409, problem("Decided meanwhile.")));
    await begun();
    await user.click(screen.getByRole("button", { name: "Take A" }));
    key("n");
    expect(await screen.findByText("Decided meanwhile.")).toBeTruthy();
    expect(screen.getByRole("heading", { name: "case-003" })).toBeTruthy();
    expect((screen.getByRole("button", { name: "Take A" })).getAttribute("aria-pressed")).toBe("true");
  });

  it("waits for somebody who is done with it", async () => {
    const { service } = decide({ works: [], waiting: 2, agreement: [] });
    await begun();
    expect(screen.getByText(/nothing to decide/)).toBeTruthy();
    expect(screen.getByText("2 annotators are not done with this case.")).toBeTruthy();
    expect((screen.getByRole("button", { name: /Decide, next case/ }) as HTMLButtonElement).disabled).toBe(true);
    key("n");
    expect(service.of(POST)).toEqual([]);
  });

  it("goes on from the last decision, and tells them all", async () => {
    const at = "2030-01-07T08:00:00Z";
    const state = "done" as const;
    const decisions = [
      { edition: 2, taken_from: null, state, note: "", marks: caseOfMany().works[1]?.marks ?? [], by: "Dr Old", at },
      { edition: 1, taken_from: "A", state, note: "first", marks: [], by: "Dr Old", at },
    ];
    decide({ decisions });
    await begun();
    const list = within(screen.getByRole("heading", { name: "Decisions so far" }).parentElement as HTMLElement);
    expect(list.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
      expect.stringMatching(/Dr Old.*drawn anew/),
      expect.stringMatching(/Dr Old.*from A.*first/),
    ]);
    await waitFor(() => expect(screen.getByText("1 drawn · slice 3")).toBeTruthy());
  });
});

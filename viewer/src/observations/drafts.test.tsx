import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { useApi } from "../api/context";
import type { Me } from "../api/types";
import { SessionProvider, useEntrance } from "../session/session";
import { fakeService, ME, problem, status } from "../testing/fakeService";
import { WordsProvider } from "../words";
import { type Draft, draftKey, DraftsProvider, hasContent, useDrafts } from "./drafts";

const EMPTY: Draft = { form: "back", observedOn: "2026-01-01", study: null, answers: {}, text: "" };

test("an answer or a text is content, and a form that was only opened is none", () => {
  expect(hasContent(EMPTY)).toBe(false);
  expect(hasContent({ ...EMPTY, text: "  " })).toBe(false);
  expect(hasContent({ ...EMPTY, text: "x" })).toBe(true);
  expect(hasContent({ ...EMPTY, answers: { back: { saddle: false } } })).toBe(true);
  expect(hasContent({ ...EMPTY, answers: { back: { walking: "" } } })).toBe(false);
});

test("a patient's new observation and each correction are drafts of their own", () => {
  expect(new Set([draftKey(4, null), draftKey(4, 1), draftKey(41, null), draftKey(14, 1)]).size).toBe(4);
});

/** What a page would show of patient 4, and ways in and out of the session. */
function Page(): ReactNode {
  const { known, logIn } = useEntrance();
  const { client } = useApi();
  const drafts = useDrafts(4);
  return (
    <>
      <output>{drafts.get(null)?.text ?? "nothing"}</output>
      <p>begun: {JSON.stringify(drafts.begun)}</p>
      <p>{known.is === "somebody" ? known.session.me.name : known.is}</p>
      <button type="button" onClick={() => drafts.put(null, { ...EMPTY, text: "cannot sit" })}>
        write
      </button>
      <button type="button" onClick={() => drafts.put(7, { ...EMPTY, text: "corrected" })}>
        correct
      </button>
      <button type="button" onClick={() => void logIn("", "")}>
        log in
      </button>
      <button
        type="button"
        onClick={() => known.is === "somebody" && void known.session.logOut()}
      >
        log out
      </button>
      <button type="button" onClick={() => void client.GET("/api/v1/forms")}>
        ask
      </button>
    </>
  );
}

function clinic(names: string[]) {
  let at = 0;
  const me = (): Me => ({ ...ME, name: names[Math.min(at++, names.length - 1)] ?? "" });
  const service = fakeService({
    "GET /api/v1/session": me,
    "POST /api/v1/session": me,
    "DELETE /api/v1/session": () => status(204),
    "GET /api/v1/forms": () => status(401, problem("Nobody is logged in.")),
  });
  render(
    <WordsProvider first="en">
      <SessionProvider fetcher={service.fetch}>
        <DraftsProvider>
          <Page />
        </DraftsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
}
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));
const written = () => screen.getByRole("status").textContent;

test("a session that ends by itself takes nothing that its user has written", async () => {
  clinic(["cmora", "cmora"]);
  await screen.findByText("cmora");
  await press("write");
  await press("ask");
  await screen.findByText("nobody");
  await press("log in");
  await screen.findByText("cmora");
  expect(written()).toBe("cannot sit");
});

test("who logs out leaves nothing, and who comes as somebody else finds nothing", async () => {
  clinic(["cmora", "aruiz", "cmora"]);
  await screen.findByText("cmora");
  await press("write");
  await press("log out");
  await screen.findByText("nobody");
  expect(written()).toBe("nothing");
  await press("log in");
  await screen.findByText("aruiz");
  await press("write");
  await press("ask");
  await screen.findByText("nobody");
  await press("log in");
  await screen.findByText("cmora");
  expect(written()).toBe("nothing");
});

test("what was begun of a patient is known by the observation that it corrects", async () => {
  clinic(["cmora"]);
  await screen.findByText("cmora");
  await press("correct");
  expect(screen.getByText("begun: [7]")).toBeDefined();
  await press("write");
  expect(screen.getByText("begun: [null,7]")).toBeDefined();
});

test("the window asks before it is closed on what was not saved", async () => {
  clinic(["cmora"]);
  await screen.findByText("cmora");
  const asks = () => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(asks()).toBe(false);
  await press("write");
  expect(asks()).toBe(true);
});

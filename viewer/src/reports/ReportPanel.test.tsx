import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { ReportEntry } from "../api/types";
import { detail } from "../findings/testing";
import { Entrance } from "../session/Entrance";
import { SessionProvider } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { type Asked, fakeService, ME, problem, status } from "../testing/fakeService";
import { type Language, WordsProvider } from "../words";
import { ReportsProvider } from "./drafts";
import { ReportPanel } from "./ReportPanel";
import { addendum, filling, report, signed } from "./testing";

const LIST = "GET /api/v1/studies/7/reports";
const PATCH = "PATCH /api/v1/reports/3";
const SIGN = "POST /api/v1/reports/3/signature";
const CLINICIAN = ["see_identity", "see_findings", "sign"];
const CHECKED = { corrections: [], levels: {}, findings: [{ state: "open" }, { state: "accepted" }] };

function changed(by: ReportEntry, { body }: Asked): ReportEntry {
  const { edition, sections } = body as { edition: number; sections: Record<string, string> };
  const now = by.sections.map((one) => ({ ...one, text: sections[one.name] ?? one.text }));
  return { ...by, edition: edition + 1, sections: now };
}

function show(reports: ReportEntry[], permissions = CLINICIAN, language: Language = "en") {
  const service = fakeService({
    "GET /api/v1/session": () => ({ ...ME, permissions }),
    [LIST]: () => reports,
    [PATCH]: (asked) => changed(reports[0] as ReportEntry, asked),
    "GET /api/v1/studies/7/corrections": () => CHECKED,
  });
  const pages = (shown: boolean, revision = 1) => (
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <ReportsProvider>
            <MemoryRouter>
              <Entrance>{shown ? <ReportPanel detail={studyAt(revision)} /> : null}</Entrance>
            </MemoryRouter>
          </ReportsProvider>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>
  );
  const { rerender } = render(pages(true));
  return {
    service,
    leave: () => rerender(pages(false)),
    comeBack: (revision?: number) => rerender(pages(true, revision)),
    user: userEvent.setup(),
  };
}
function studyAt(revision: number) {
  const plain = detail();
  return { ...plain, study: { ...plain.study, revision } };
}
const field = (name: string) => screen.findByRole<HTMLTextAreaElement>("textbox", { name });
const button = (name: string | RegExp) => screen.findByRole("button", { name });
/** Puts text in at once, as dictation does. */
async function dictate(user: ReturnType<typeof userEvent.setup>, name: string, text: string) {
  await user.click(await field(name));
  await user.paste(text);
}

afterEach(() => vi.unstubAllGlobals());

describe("a study without a report", () => {
  it("has one begun in the user's language, or in another that is chosen", async () => {
    const { service, user } = show([], CLINICIAN, "es");
    service.on("POST /api/v1/studies/7/reports", () => report());
    expect((await screen.findByRole<HTMLInputElement>("radio", { name: "español" })).checked).toBe(true);
    await user.click(screen.getByRole("radio", { name: "inglés" }));
    await user.click(await button("Empezar el informe"));
    expect((await field("Impression")).value).toBe("- L4-L5: herniation");
    expect(service.of("POST /api/v1/studies/7/reports")[0]?.body).toEqual({ language: "en" });
  });

  it("is said to have none to who writes none", async () => {
    show([], ["see_identity", "see_findings"]);
    expect(await screen.findByText("There is no report on this study yet.")).toBeDefined();
    expect(screen.queryByRole("button", { name: "Begin the report" })).toBeNull();
  });
});

describe("a draft", () => {
  it("has fields for what may be edited, and says that the rest is fixed", async () => {
    show([report()]);
    await field("Clinical information");
    expect(screen.getAllByRole("textbox")).toHaveLength(3);
    expect(screen.getAllByText("fixed")).toHaveLength(2);
    expect(screen.getByText("- Nerve roots")).toBeDefined();
    expect(screen.getByText("Not signed: this is no report yet.", { exact: false })).toBeDefined();
  });

  it("is saved by itself, and says when", async () => {
    const { service, user } = show([report()]);
    await dictate(user, "Clinical information", "Pain.");
    expect(screen.getByText("Not saved yet")).toBeDefined();
    expect(await screen.findByText(/^Saved at 14 Jun 2026/)).toBeDefined();
    expect(service.of(PATCH).map(({ body }) => body)).toEqual([
      { edition: 1, sections: { "clinical-information": "Pain." } },
    ]);
  });

  it("is saved at once when its page is left, and shows what was typed on coming back", async () => {
    const { service, user, leave, comeBack } = show([report()]);
    await dictate(user, "Clinical information", "Pain.");
    leave();
    await waitFor(() => expect(service.of(PATCH)).toHaveLength(1));
    comeBack();
    expect((await field("Clinical information")).value).toBe("Pain.");
  });

  it("loses nothing where it cannot be saved, whatever page is looked at", async () => {
    const { service, user, leave, comeBack } = show([report()]);
    service.on(PATCH, () => status(503, problem("The archive is away.")));
    await dictate(user, "Clinical information", "Pain.");
    await user.keyboard("{Control>}s{/Control}");
    expect(await screen.findByText(/^Not saved/)).toBeDefined();
    expect(screen.getByText("The archive is away.")).toBeDefined();
    leave();
    comeBack();
    expect((await field("Clinical information")).value).toBe("Pain.");
  });

  it("that somebody else changed shows both texts, until one is chosen", async () => {
    const { service, user } = show([report()]);
    const theirs = report({ edition: 2 }, { impression: "Theirs." });
    service.on(PATCH, (asked) =>
      (asked.body as { edition: number }).edition === 1
        ? status(409, problem("The report stays as it is."))
        : changed(theirs, asked),
    );
    service.on("GET /api/v1/reports/3", () => theirs);
    await dictate(user, "Impression", " Mine.");
    await user.keyboard("{Control>}s{/Control}");
    const alert = await screen.findByText(/Oscar Pena changed this section/);
    const both = within(alert.parentElement as HTMLElement);
    expect(both.getByText("Theirs.")).toBeDefined();
    expect((await button("Sign")).hasAttribute("disabled")).toBe(true);
    await user.click(both.getByRole("button", { name: "Keep both" }));
    await user.click(await button("Save now"));
    await screen.findByText(/^Saved at/);
    expect((await field("Impression")).value).toBe("Theirs.\n- L4-L5: herniation Mine.");
    expect(service.of(PATCH).at(-1)?.body).toMatchObject({ edition: 2 });
  });

  it("takes what somebody else wrote elsewhere in it, as the study changes", async () => {
    const reports = [report()];
    const { comeBack } = show(reports);
    await field("Impression");
    reports[0] = report({ edition: 2 }, { findings: "Theirs." });
    comeBack(2);
    await waitFor(async () => expect((await field("Findings")).value).toBe("Theirs."));
  });

  it("is read alone by who writes none, with no field", async () => {
    show([report()], ["see_identity", "see_findings"]);
    expect(await screen.findByText("L4-L5: herniation.")).toBeDefined();
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(screen.getByText("Only clinicians write and sign reports.")).toBeDefined();
  });

  it("gives neither text nor files to who may not see names", async () => {
    show([report()], ["see_findings"]);
    expect(await screen.findByText(/withheld from your role/)).toBeDefined();
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.queryByRole("button", { name: "Copy as text" })).toBeNull();
  });
});

describe("a stale draft", () => {
  const TAKE = "POST /api/v1/reports/3/filling";
  async function opened() {
    const stale = report({ stale: true }, { impression: "My words." });
    const page = show([stale]);
    const fresh = filling({ findings: "L4-L5: bulge.", impression: "- L4-L5: bulge" });
    page.service.on("GET /api/v1/reports/3/filling", () => fresh);
    page.service.on(TAKE, (asked) => ({ ...changed(stale, asked), stale: false }));
    await page.user.click(await button("Show what is new"));
    return { ...page, dialog: await screen.findByRole("dialog") };
  }

  it("shows what a fresh filling would say, and takes what is chosen alone", async () => {
    const { service, user, dialog } = await opened();
    const findings = await within(dialog).findByRole("group", { name: "Findings" });
    expect(within(findings).getByText("bulge.").tagName).toBe("MARK");
    await user.click(within(findings).getByRole("radio", { name: "Take the new" }));
    await user.click(within(dialog).getByRole("button", { name: "Take over" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(service.of(TAKE)[0]?.body).toEqual({
      edition: 1,
      basis: "b1",
      sections: { findings: "L4-L5: bulge." },
    });
    expect((await field("Findings")).value).toBe("L4-L5: bulge.");
    expect((await field("Impression")).value).toBe("My words.");
    expect(screen.queryByText(/have changed since this draft/)).toBeNull();
  });

  it("is asked about again where the findings changed meanwhile, and keeps the choices", async () => {
    const { service, user, dialog } = await opened();
    service.on("GET /api/v1/reports/3", () => report({ stale: true }, { impression: "My words." }));
    const once = [() => status(409, problem("old"))];
    service.on(TAKE, (asked) => once.pop()?.() ?? changed(report(), asked));
    const impression = await within(dialog).findByRole("group", { name: "Impression" });
    await user.click(within(impression).getByRole("radio", { name: "Both, the new below" }));
    await user.click(within(dialog).getByRole("button", { name: "Take over" }));
    expect(await screen.findByText(/changed while you were choosing/)).toBeDefined();
    await waitFor(() => expect(service.of("GET /api/v1/reports/3/filling")).toHaveLength(2));
    const take = within(dialog).getByRole("button", { name: "Take over" });
    await waitFor(() => expect(take.hasAttribute("disabled")).toBe(false));
    await user.click(take);
    await waitFor(() => expect(service.of(TAKE)).toHaveLength(2));
    expect(service.of(TAKE)[1]?.body).toMatchObject({
      sections: { impression: "My words.\n- L4-L5: bulge" },
    });
  });
});

describe("signing", () => {
  async function asked(of = report({ stale: true })) {
    const page = show([of]);
    await page.user.click(await button("Sign"));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText("Before you sign");
    const sign = async (password: string) => {
      await page.user.type(within(dialog).getByLabelText(/^Your password/), password);
      await page.user.click(within(dialog).getByRole("button", { name: "Sign as Clara Mora" }));
    };
    return { ...page, dialog, sign };
  }

  it("shows the whole text in its language and what speaks against it", async () => {
    const { dialog } = await asked(report({ stale: true, language: "es" }, { impression: " " }));
    const text = within(dialog).getByRole("region", { name: "Text that is signed" });
    expect(within(text).getByText("L4-L5: herniation.")).toBeDefined();
    expect(text.firstElementChild?.getAttribute("lang")).toBe("es");
    const warnings = within(within(dialog).getByRole("region", { name: "Before you sign" }));
    expect(warnings.getAllByRole("listitem").map((one) => one.textContent)).toEqual([
      "Findings, corrections or observations have changed since the draft was filled.",
      "1 finding of the models has neither been accepted nor changed by a reader.",
      "The impression is empty.",
      "2 things were not assessed by any model; the report lists them.",
    ]);
  });

  it("saves what is typed first, and signs that edition", async () => {
    const { service, user } = show([report()]);
    service.on(SIGN, () => signed({ edition: 2 }));
    await dictate(user, "Clinical information", "Pain.");
    await user.click(await button("Sign"));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText("Pain.")).toBeDefined();
    await user.type(dialog.getByLabelText(/^Your password/), "secret");
    await user.click(dialog.getByRole("button", { name: "Sign as Clara Mora" }));
    expect(await screen.findByText(/^Signed by Clara Mora, 14 Jun 2026/)).toBeDefined();
    expect(service.of(SIGN)[0]?.body).toEqual({ edition: 2, password: "secret" });
    expect(screen.queryByRole("textbox", { name: "Impression" })).toBeNull();
    expect(screen.queryByText("DRAFT")).toBeNull();
    expect(document.activeElement?.className).toBe("report-arrived");
  });

  it("is not done before it is known what speaks against it", async () => {
    const { service, user } = show([report()]);
    let tell = () => undefined as void;
    const told = new Promise((resolve) => {
      tell = () => resolve(CHECKED);
    });
    service.on("GET /api/v1/studies/7/corrections", () => told);
    await user.click(await button("Sign"));
    const dialog = within(await screen.findByRole("dialog"));
    await user.type(dialog.getByLabelText(/^Your password/), "secret");
    const sign = dialog.getByRole("button", { name: "Sign as Clara Mora" });
    expect(dialog.getByText(/^Looking up which findings/)).toBeDefined();
    expect(sign.hasAttribute("disabled")).toBe(true);
    tell();
    await dialog.findByText(/^1 finding of the models/);
    expect(sign.hasAttribute("disabled")).toBe(false);
  });

  it("says so where it cannot be learned what readers have checked", async () => {
    const { service, user } = show([report()]);
    service.on("GET /api/v1/studies/7/corrections", () => status(500, problem("away")));
    await user.click(await button("Sign"));
    expect(await screen.findByText(/could not be learned/)).toBeDefined();
  });

  it("says that a password does not fit, and that an account may rest, and loses nothing", async () => {
    const { service, dialog, sign } = await asked();
    service.on(SIGN, () => status(403, problem("Nothing was signed.")));
    await sign("wrong");
    expect((await within(dialog).findByRole("alert")).textContent).toMatch(
      /does not fit.*After five wrong passwords an account rests/,
    );
    expect(within(dialog).getByLabelText<HTMLInputElement>(/^Your password/).value).toBe("");
    expect(within(dialog).getByText("L4-L5: herniation.")).toBeDefined();
  });

  it("signs nothing that was not read: where it changed meanwhile, it is shown anew", async () => {
    const { service, user, dialog, sign } = await asked();
    service.on(SIGN, () => status(409, problem("The report stays as it is.")));
    service.on("GET /api/v1/reports/3", () => report({ edition: 2 }, { findings: "Theirs." }));
    await sign("secret");
    await user.click(await within(dialog).findByRole("button", { name: "Show it as it is now" }));
    expect(within(dialog).getByText("Theirs.")).toBeDefined();
    service.on(SIGN, () => signed({ edition: 2 }));
    await sign("secret");
    await screen.findByText(/^Signed by Clara Mora/);
    expect(service.of(SIGN).map(({ body }) => (body as { edition: number }).edition)).toEqual([1, 2]);
  });
});

describe("a signed report", () => {
  it("is text, with who signed it, when, and the hash to copy", async () => {
    const copying = vi.fn<(text: string) => Promise<void>>(async () => undefined);
    const { user } = show([signed({ stale: true })]);
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: copying }, language: "en" });
    expect(await screen.findByText(/since this report was signed/)).toBeDefined();
    expect(screen.queryByRole("textbox", { name: "Impression" })).toBeNull();
    await user.click(await button(/SHA-256 0123456789ab/));
    expect(copying).toHaveBeenCalledWith("0123456789abcdef".repeat(4));
  });

  it("takes an addendum with the password, and keeps its text where that does not fit", async () => {
    const { service, user } = show([signed()]);
    const ADD = "POST /api/v1/reports/3/addenda";
    service.on(ADD, () => status(403, problem("Nothing was signed.")));
    await user.click(await screen.findByText("Write an addendum"));
    await user.type(await field("What is added"), "On the left.");
    const sign = async () => {
      await user.type(screen.getByLabelText(/^Your password/), "secret");
      await user.click(await button("Sign the addendum"));
    };
    await sign();
    await screen.findByText(/The password does not fit/);
    expect((await field("What is added")).value).toBe("On the left.");
    service.on(ADD, () => signed({ addenda: [addendum()] }));
    await sign();
    expect(await screen.findByText(/^Addendum by Clara Mora/)).toBeDefined();
    expect(service.of(ADD)[1]?.body).toEqual({ text: "On the left.", password: "secret" });
    expect((await field("What is added")).value).toBe("");
  });

  it("lets no other be begun, and is shown before drafts that were left", async () => {
    const { user } = show([report({ id: 4 }), signed()]);
    await screen.findByText(/^Signed by Clara Mora/);
    expect(screen.queryByText("Begin another draft")).toBeNull();
    await user.selectOptions(screen.getByRole("combobox", { name: "Reports on this study" }), "4");
    expect(await field("Impression")).toBeDefined();
  });

  it("that somebody else signed keeps what was typed meanwhile, to be copied or discarded", async () => {
    const reports = [report()];
    const { service, user, comeBack } = show(reports);
    service.on(PATCH, () => status(503, problem("away")));
    await dictate(user, "Clinical information", "Late.");
    reports[0] = signed({ edition: 2, signed_name: "Oscar Pena" });
    comeBack(2);
    expect(await screen.findByText(/Oscar Pena signed this report while you were writing/)).toBeDefined();
    expect(screen.getByText("Late.")).toBeDefined();
    await user.click(await button("Discard my text"));
    expect(screen.queryByText("Late.")).toBeNull();
  });
});

describe("copying", () => {
  it("of a draft saves first, and says that it is a draft", async () => {
    const { service, user } = show([report()]);
    await dictate(user, "Clinical information", "Pain.");
    await user.click(await button("Copy as text"));
    expect(await screen.findByText(/A draft is on the clipboard/)).toBeDefined();
    expect(service.of(PATCH)).toHaveLength(1);
    expect(await navigator.clipboard.readText()).toContain("Unsigned draft.");
    await dictate(user, "Clinical information", " More.");
    await user.keyboard("{Control>}s{/Control}");
    await waitFor(() => expect(screen.queryByText(/A draft is on the clipboard/)).toBeNull());
  });

  it("by hand is offered where the browser keeps the clipboard to itself", async () => {
    const { user } = show([signed()]);
    await button("Copy as text");
    vi.stubGlobal("navigator", { language: "en" });
    await user.click(await button("Copy as text"));
    const text = await field("Text to copy");
    expect(text.value).toBe("MR lumbar spine\nSigned by Clara Mora.");
    expect(text.selectionEnd - text.selectionStart).toBe(text.value.length);
  });
});

describe("what one wrote whose session ended", () => {
  async function ended() {
    const page = show([report()]);
    page.service.on(PATCH, () => status(401, problem("Nobody is logged in.")));
    await dictate(page.user, "Clinical information", "Pain.");
    await page.user.keyboard("{Control>}s{/Control}");
    const logIn = async (name: string) => {
      const now = { ...ME, name, permissions: CLINICIAN };
      page.service.on("POST /api/v1/session", () => now);
      page.service.on("GET /api/v1/session", () => now);
      page.service.on(PATCH, (asked) => changed(report(), asked));
      await page.user.type(await screen.findByLabelText("Name"), name);
      await page.user.type(screen.getByLabelText("Password"), "secret");
      await page.user.click(screen.getByRole("button", { name: "Log in" }));
    };
    return { ...page, logIn };
  }

  it("is saved once they have logged in again", async () => {
    const { service, logIn } = await ended();
    await logIn(ME.name);
    expect((await field("Clinical information")).value).toBe("Pain.");
    await waitFor(() => expect(service.of(PATCH)).toHaveLength(2));
    expect(await screen.findByText(/^Saved at/)).toBeDefined();
  });

  it("is neither shown to who logs in after them nor saved in that name", async () => {
    const { service, logIn } = await ended();
    await logIn("oscar");
    expect((await field("Clinical information")).value).toBe("");
    expect(service.of(PATCH)).toHaveLength(1);
  });
});

it("a file of a draft is opened once what was typed is saved", async () => {
  const { service, user } = show([report()]);
  const replace = vi.fn<(address: string) => void>();
  vi.stubGlobal("open", () => ({ location: { replace }, close: () => undefined }));
  await dictate(user, "Clinical information", "Pain.");
  await user.click(screen.getByRole("link", { name: "PDF (opens in a new tab)" }));
  await waitFor(() => expect(replace).toHaveBeenCalledWith("/api/v1/reports/3/files/report.pdf"));
  expect(service.of(PATCH)).toHaveLength(1);
  await act(async () => undefined);
});

import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import type { FindingEntry, SilentRun, StudyDetail } from "../api/types";
import type { Correct } from "../corrections/useCorrect";
import { calledRun, silentRun } from "../silent/testing";
import { type Language, WordsProvider } from "../words";
import { Analyses } from "./Analyses";
import { type FindingsChoice, FindingsPanel } from "./FindingsPanel";
import { analysis, detail, finding, said } from "./testing";

const READ_ONLY = {
  correcting: { corrections: undefined, problem: undefined, may: false },
} as Correct;
const low = finding({ id: 2, title: "Narrowing", value: false, probability: 0.35, text: "no" });

function Panel({
  of,
  silent,
  note,
}: {
  of: StudyDetail;
  silent: SilentRun[] | undefined;
  note: (what: string) => void;
}) {
  const [choice, setChoice] = useState<FindingsChoice>({
    threshold: null,
    selected: null,
    hidden: new Set(),
  });
  return (
    <FindingsPanel
      detail={of}
      silent={silent}
      findings={of.findings}
      correct={READ_ONLY}
      help={() => undefined}
      choice={choice}
      setThreshold={(threshold) => setChoice({ ...choice, threshold })}
      select={(one: FindingEntry) => {
        note(`select ${one.id}`);
        setChoice({ ...choice, selected: one.id });
      }}
      toggle={(one: FindingEntry) => note(`toggle ${one.id}`)}
    />
  );
}

function show(of: StudyDetail, language: Language = "en", silent?: SilentRun[]) {
  const notes: string[] = [];
  const page = (runs: SilentRun[] | undefined) => (
    <WordsProvider first={language}>
      <Panel of={of} silent={runs} note={(what) => void notes.push(what)} />
    </WordsProvider>
  );
  const { rerender } = render(page(silent));
  const again = (runs: SilentRun[]) => rerender(page(runs));
  return { notes, again, user: userEvent.setup() };
}

describe("the findings", () => {
  it("say what was not assessed even where nothing was found", () => {
    show(detail({ findings: [] }));
    const list = screen.getByRole("region", { name: "Not assessed" });
    expect(within(list).getByText("Intervertebral foramina")).toBeDefined();
    expect(screen.getByText("No finding was made.")).toBeDefined();
  });

  it("say that nothing is assessed where no model has looked", () => {
    show(detail({ findings: [], analyses: [] }));
    expect(screen.getByText(/nothing in it is assessed/)).toBeDefined();
  });

  it("tell before one's own call that a silent bundle says nothing yet, and after it what it left out", () => {
    const { again } = show(detail({ findings: [], analyses: [] }), "en", [silentRun()]);
    expect(screen.queryByText(/No model has looked/)).toBeNull();
    expect(screen.getByText(/comes after your own call/)).toBeDefined();
    again([calledRun()]);
    const list = screen.getByRole("region", { name: "Not assessed" });
    expect(within(list).getByText("Intervertebral foramina")).toBeDefined();
    expect(screen.queryByText(/No model has looked|No finding was made\.$/)).toBeNull();
    expect(screen.getByText(/stands beside your call/)).toBeDefined();
    expect(screen.getByRole("region", { name: "Made by" }).textContent).toContain("0123456789ab");
  });

  it("stay while their bundle runs again, marked as of the earlier run", () => {
    const runs = [
      analysis({ finished_at: "2026-01-02T03:04:05Z" }),
      analysis({ id: "a-2", state: "running" }),
      analysis({ id: "b-1", bundle: "other" }),
    ];
    const other = finding({ id: 3, analysis: "b-1", title: "Osteophyte" });
    show(detail({ analyses: runs, findings: [finding(), other] }));
    const row = (name: RegExp) => screen.getByRole("button", { name }).closest("li")?.textContent;
    expect(row(/Posterior contour bulge/)).toContain("of the earlier run");
    expect(row(/Osteophyte/)).not.toContain("earlier");
    expect(screen.getAllByText(/^lumbar-grading runs again/)).toHaveLength(1);
  });

  it.each(["failed", "refused"] as const)("stay where a later run %s, which is said with the reason", (state) => {
    const reason = said("analysis-failed", "The run broke.");
    const runs = [
      analysis({ finished_at: "2026-01-02T03:04:05Z" }),
      analysis({ id: "a-2", state, reason }),
    ];
    show(detail({ analyses: runs }));
    const row = screen.getByRole("button", { name: /Posterior contour bulge/ }).closest("li");
    expect(row?.textContent).toContain("of the earlier run");
    expect(screen.getAllByText(/^lumbar-grading could not run again: .* found before/)).toHaveLength(1);
    expect(screen.getByText("The run broke.")).toBeDefined();
    expect(screen.queryByText(/runs again/)).toBeNull();
  });

  it("name the bundle with version, hash, use and exclusions", () => {
    show(detail());
    const made = screen.getByRole("region", { name: "Made by" });
    expect(made.textContent).toContain("lumbar-grading 0.1.0 0123456789ab");
    expect(made.textContent).toContain("Research use. Grades discs.");
    expect(made.textContent).toContain("Not for: surgery in this region.");
  });

  it("say that a model was trained on simulated patients", () => {
    show(detail({ analyses: [analysis({ simulated_training: true })] }));
    expect(screen.getByText("A model here was trained on simulated patients.")).toBeDefined();
  });

  it("give an abstention its reason and no probability", () => {
    const abstention = said("low-confidence", "Two grades are as probable.");
    show(detail({ findings: [finding({ abstained: true, value: null, abstention })] }));
    expect(screen.getByText("Two grades are as probable.")).toBeDefined();
    expect(screen.queryByRole("img")).toBeNull();
  });

  it("show the probability with the threshold that decides", () => {
    show(detail());
    expect(screen.getByRole("img", { name: "Probability 0.8, threshold 0.4" })).toBeDefined();
  });

  it("say warnings once, and why a study was not read", () => {
    const warnings = [said("w", "The images are simulated."), said("w", "The images are simulated.")];
    const refused = [said("wrong-plane", "The plane is not sagittal.")];
    show(detail({ analyses: [analysis({ warnings, refused })] }));
    expect(screen.getAllByText("The images are simulated.")).toHaveLength(1);
    expect(screen.getByText("The plane is not sagittal.")).toBeDefined();
  });

  it("say once what is true of several series, and of which", () => {
    const of = (subject: string) => ({ ...said("w", "The size of a pixel is not known."), subject });
    show(detail({ analyses: [analysis({ warnings: [of("100_t1"), of("100_t2")] })] }));
    const warnings = within(screen.getByRole("region", { name: "Warnings" }));
    expect(warnings.getAllByRole("listitem")).toHaveLength(1);
    expect(warnings.getByText("(100_t1, 100_t2)")).toBeDefined();
  });

  it("say of which level a warning is, also where it is of one alone", () => {
    const warning = { ...said("w", "Review this level."), subject: "L4-L5" };
    show(detail({ analyses: [analysis({ warnings: [warning] })] }));
    const warnings = within(screen.getByRole("region", { name: "Warnings" }));
    expect(warnings.getByRole("listitem").textContent).toBe("Review this level. (L4-L5)");
  });

  it("are chosen and switched off one by one", async () => {
    const { notes, user } = show(detail());
    await user.click(screen.getByRole("button", { name: /Posterior contour bulge/ }));
    await user.click(screen.getByRole("checkbox", { name: "Draw Posterior contour bulge L5-S1" }));
    expect(notes).toEqual(["select 1", "toggle 1"]);
  });

  it("show the operating point of the chosen one with its interval", async () => {
    const ppv = { value: 0.26, low: 0.18, high: 0.35, n: 109 };
    const point = { ppv, npv: null, false_calls_per_study: 0.45, shown: true };
    const { user } = show(detail({ findings: [finding({ operating_point: point })] }));
    await user.click(screen.getByRole("button", { name: /bulge/ }));
    expect(screen.getByText("0.18 to 0.35, n 109")).toBeDefined();
    expect(screen.getByText("0.45")).toBeDefined();
  });

  it("keep a poor operating point to themselves and say so", async () => {
    const ppv = { value: 0.26, low: 0.18, high: 0.35, n: 109 };
    const open = finding({ value: null, operating_point: { ppv, shown: false } });
    const { user } = show(detail({ findings: [open] }));
    await user.click(screen.getByRole("button", { name: /bulge/ }));
    expect(screen.queryByText(/0\.18/)).toBeNull();
    expect(screen.getByText(/was not sure enough/)).toBeDefined();
  });

  it("are in Spanish where that is chosen", () => {
    show(detail(), "es");
    expect(screen.getByRole("region", { name: "No evaluado" })).toBeDefined();
    expect(screen.getByRole("img", { name: "Probabilidad 0,8, umbral 0,4" })).toBeDefined();
  });
});

describe("the threshold slider", () => {
  it("lists as positive what it draws, and says what is stored", async () => {
    const { user } = show(detail({ findings: [finding(), low] }));
    expect(screen.getByText("1 below its threshold")).toBeDefined();
    await user.click(screen.getByRole("button", { name: "0.3" }));
    expect(screen.queryByText("1 below its threshold")).toBeNull();
    const moved = screen.getByText(/By the slider only/);
    expect(moved.textContent).toContain("The stored decision: below threshold.");
    expect(screen.getByText(/1 finding looks other than it is stored/)).toBeDefined();
    expect(screen.getByText(/never the stored decision/)).toBeDefined();
  });

  it("goes back to the bundle's own thresholds", async () => {
    const { user } = show(detail({ findings: [finding(), low] }));
    await user.click(screen.getByRole("button", { name: "0.3" }));
    await user.click(screen.getByRole("button", { name: "each bundle's own" }));
    expect(screen.queryByText(/By the slider only/)).toBeNull();
  });

  it("is not there where no finding has a threshold", () => {
    show(detail({ findings: [finding({ value: 3, threshold: null })] }));
    expect(screen.queryByRole("slider")).toBeNull();
  });

  it("links a run's own report in the reader's language, for who may see whose it is", () => {
    const { rerender } = render(<Analyses analyses={[analysis()]} pages />, {
      wrapper: ({ children }) => <WordsProvider first="es">{children}</WordsProvider>,
    });
    expect(screen.getByRole("link", { name: "PDF" }).getAttribute("href")).toBe(
      "/api/v1/analyses/a-1/files/report.pdf?language=es",
    );
    rerender(<Analyses analyses={[analysis({ state: "running" })]} pages />);
    expect(screen.queryByRole("link")).toBeNull();
    rerender(<Analyses analyses={[analysis()]} pages={false} />);
    expect(screen.queryByRole("link")).toBeNull();
  });
});

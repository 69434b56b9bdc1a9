import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { describe, expect, it } from "vitest";
import type { Overlays, StudyDetail } from "../api/types";
import { detail, said } from "../findings/testing";
import { study } from "../testing/fakeService";
import { type Language, WordsProvider } from "../words";
import { DrawnSwitches } from "./DrawnSwitches";
import { StudyHeader } from "./StudyHeader";
import { sourcesOf } from "./sources";
import { type Shown, toggled } from "./useFindings";

function show(of: StudyDetail, language: Language = "en", shownBeside = new Set<number>()) {
  const asked: number[] = [];
  render(
    <WordsProvider first={language}>
      <MemoryRouter>
        <StudyHeader detail={of} beside={(id) => void asked.push(id)} shownBeside={shownBeside} />
      </MemoryRouter>
    </WordsProvider>,
  );
  return asked;
}
const changed = (other: Partial<StudyDetail["study"]>): StudyDetail => {
  const plain = detail();
  return { ...plain, study: { ...plain.study, ...other } };
};

describe("a study's header", () => {
  it("names the patient, the study and its day", () => {
    show(detail());
    expect(screen.getByRole("heading", { name: "Simulated One" })).toBeDefined();
    expect(screen.getByText("P-4 · F · born 02 Mar 1971")).toBeDefined();
    expect(screen.getByText("14 Feb 2026 · Lumbar spine · MR · Accession ACC7")).toBeDefined();
  });

  it("gives the identifier where there is no name, and says that it is a pseudonym", () => {
    const { patient } = detail().study;
    show(changed({ patient: { ...patient, name: "", identifier: "Q7", pseudonymous: true } }));
    expect(screen.getByRole("heading", { name: "Q7" })).toBeDefined();
    expect(screen.getByText(/Pseudonym/)).toBeDefined();
  });

  it("says that images are simulated", () => {
    show(changed({ simulated: true }));
    expect(screen.getByText("Simulated images: they show no patient")).toBeDefined();
  });

  it("says what of the patient is outside the intended use, and why it was refused", () => {
    const reason = said("no-spine", "No spine was found.");
    show({ ...changed({ state: "refused", reason }), exclusions: ["surgery", "new-code"] });
    expect(screen.getByText(/Surgery in this region and new-code/)).toBeDefined();
    expect(screen.getByText("No spine was found.")).toBeDefined();
  });

  it("says where nobody was asked about exclusions, and nothing where none applies", () => {
    show({ ...detail(), exclusions: null });
    expect(screen.getByText("Exclusions: nobody was asked")).toBeDefined();
    cleanup();
    show({ ...detail(), exclusions: [] });
    expect(screen.queryByText(/Exclusions/)).toBeNull();
  });

  it("lists prior studies, each to open or to put beside", async () => {
    const asked = show({ ...detail(), priors: [study(3), study(5)] }, "en", new Set([5]));
    await userEvent.click(screen.getByText("Prior studies (2)"));
    const [first, second] = screen.getAllByRole("button", { name: "Show beside" });
    await userEvent.click(first as HTMLElement);
    await userEvent.click(second as HTMLElement);
    expect(asked).toEqual([3]);
    expect(screen.getAllByRole("link")[2]?.getAttribute("href")).toBe("/studies/3");
  });

  it("is in Spanish where that is chosen", () => {
    show(detail(), "es");
    expect(screen.getByText("Aquí no hay estudios previos")).toBeDefined();
  });
});

describe("the series to choose from", () => {
  const series = {
    id: 1,
    uid: "s",
    number: 4,
    modality: "MR",
    description: "",
    kind: "image",
    instance_count: 2,
    original: null,
  };

  it("are named by what is known of them", () => {
    const named = { ...series, uid: "d", description: "T2" };
    const brought = { ...series, uid: "f", original: "100_t2.png" };
    const sources = sourcesOf(detail({ series: [series, named, brought] }), []);
    expect(sources.map(({ title }) => title)).toEqual(["MR 4", "T2", "100_t2.png"]);
  });

  it("are followed by those of prior studies, with their day", () => {
    const prior = detail({ study: study(3), series: [{ ...series, uid: "p" }] });
    const sources = sourcesOf(detail({ series: [series] }), [prior]);
    expect(sources.map(({ prior: day }) => day)).toEqual([null, "2026-06-14"]);
    expect(sources[1]?.studyUid).toBe("2.25.3");
  });
});

describe("what is drawn", () => {
  const of = { analysis: "a", series_uid: "s", instance_uid: "i", frame: 0, level: null, outlines: [] };
  const overlays: Overlays = {
    structures: ["spinal-canal", "vertebra", "spinal-canal"].map((structure) => ({ ...of, structure })),
    labels: [{ ...of, level: "L5-S1", row: 1, column: 1 }],
  };

  it("is switched off and on by structure, and the levels' names apart", async () => {
    const told: Shown[] = [];
    const shown: Shown = { hiddenStructures: new Set(["vertebra"]), labels: true };
    render(<DrawnSwitches overlays={overlays} shown={shown} set={(now) => void told.push(now)} />);
    await userEvent.click(screen.getByRole("checkbox", { name: "Canal" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "Vertebrae" }));
    await userEvent.click(screen.getByRole("checkbox", { name: "Levels" }));
    expect(told).toEqual([
      { hiddenStructures: new Set(["vertebra", "spinal-canal"]), labels: true },
      { hiddenStructures: new Set(), labels: true },
      { hiddenStructures: new Set(["vertebra"]), labels: false },
    ]);
  });

  it("has a switch of its own for measured lines, where there are some", async () => {
    const told: Shown[] = [];
    const shown: Shown = { hiddenStructures: new Set(), labels: true, measures: false };
    const line = { ...of, name: "vertebral-slip", index_from_caudal: 1, points: [] };
    render(
      <DrawnSwitches
        overlays={{ ...overlays, lines: [line] }}
        shown={shown}
        set={(now) => void told.push(now)}
      />,
    );
    await userEvent.click(screen.getByRole("checkbox", { name: "Measured lines" }));
    expect(told).toEqual([{ ...shown, measures: true }]);
  });

  it("is not asked where nothing was outlined", () => {
    const none = { structures: [], labels: [] };
    const shown: Shown = { hiddenStructures: new Set(), labels: true };
    render(<DrawnSwitches overlays={none} shown={shown} set={() => undefined} />);
    expect(screen.queryByRole("checkbox")).toBeNull();
  });

  it("is toggled without touching the set before", () => {
    const before = new Set([1]);
    expect(toggled(before, 1)).toEqual(new Set());
    expect(toggled(before, 2)).toEqual(new Set([1, 2]));
    expect(before).toEqual(new Set([1]));
  });
});

import { render, screen, within } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { describe, expect, it } from "vitest";
import type { Measured, MeasureEntry } from "../api/types";
import { type Language, WordsProvider } from "../words";
import { Measures } from "./Measures";
import { said } from "./testing";

function measure(name: string, other: Partial<MeasureEntry> = {}): MeasureEntry {
  return {
    name,
    title: name,
    value: 7.04,
    unit: "mm",
    text: "7.0 mm",
    repeatability: 1.5,
    reason: null,
    before: null,
    change: null,
    ...other,
  };
}

function measured(other: Partial<Measured> = {}, ...measures: MeasureEntry[]): Measured {
  const level = { level: "L4-L5", index_from_caudal: 2, title: "L4-L5" };
  return {
    analysis: "a-1",
    note: "From the masks.",
    caveats: [],
    levels: [{ ...level, measures }],
    prior: null,
    ...other,
  };
}

const SAME = (_: string, name: string) => name;

function show(one: Measured, language: Language = "en", nameOf = SAME) {
  render(
    <MemoryRouter>
      <WordsProvider first={language}>
        <Measures measured={[one]} nameOf={nameOf} />
      </WordsProvider>
    </MemoryRouter>,
  );
}

const cells = (level: string) =>
  within(screen.getByRole("row", { name: new RegExp(`^${level}`) }))
    .getAllByRole("cell")
    .map((cell) => cell.textContent);

describe("measures of a study", () => {
  it("stand in one row a level, with the repeatability under them and the caveat above", () => {
    show(
      measured(
        {},
        measure("disc-height-anterior"),
        measure("disc-height-middle", { value: null }),
        measure("disc-height-index", { value: 0.314, unit: "1", repeatability: 0.05 }),
        measure("vertebral-slip-percent", { value: 12.2, unit: "%", repeatability: 9 }),
      ),
    );
    expect(cells("L4-L5")).toEqual(["7.0 / –", "0.31", "12 %", "–"]);
    expect(cells("Repeatability")).toEqual(["± 1.5 / 1.5", "± 0.05", "± 9 %", "–"]);
    expect(screen.getByText(/may be underestimated/)).toBeTruthy();
    expect(screen.getByText("From the masks.")).toBeTruthy();
  });

  it("are written in the reader's notation", () => {
    show(measured({}, measure("disc-height-anterior")), "es");
    expect(cells("L4-L5")[0]).toBe("7,0");
    expect(screen.getByRole("heading", { name: "Medidas" })).toBeTruthy();
  });

  it("say what they were where they changed beyond the repeatability, and only there", () => {
    show(
      measured(
        {
          prior: {
            study: 3,
            study_date: "2028-02-03",
            said: [{ ...said("change-since-prior", "lower than before"), subject: "L4-L5" }],
          },
        },
        measure("disc-height-anterior", { before: 9, change: "beyond" }),
        measure("disc-height-index", { value: 0.3, unit: "1", before: 0.31, change: "within" }),
      ),
    );
    expect(cells("L4-L5").slice(0, 2)).toEqual(["7.0was 9.0", "0.30"]);
    expect(screen.getByRole("link", { name: /2028/ }).getAttribute("href")).toBe("/studies/3");
    expect(screen.getByText("L4-L5: lower than before")).toBeTruthy();
  });

  it("say why a number is missing, once, with its levels", () => {
    const reason = said("sac-cut", "The sac is cut.");
    show(
      measured(
        {},
        measure("thecal-sac-disc", { value: null, reason }),
        measure("thecal-sac-body", { value: null, reason }),
      ),
    );
    expect(screen.getAllByText(/The sac is cut/)).toHaveLength(1);
    expect(cells("L4-L5")[3]).toBe("–");
  });

  it("have the name that readers gave the disc", () => {
    show(measured({}, measure("disc-height-index")), "en", () => "L3-L4");
    expect(cells("L3-L4")).toHaveLength(4);
  });

  it("name a disc that has no level by what the service calls it", () => {
    const one = measured({}, measure("disc-height-index"));
    const level = { ...(one.levels[0] as Measured["levels"][0]), level: null, title: "Disc 2" };
    show({ ...one, levels: [level] });
    expect(cells("Disc 2")).toHaveLength(4);
  });

  it("tell a Meyerding grade in words", () => {
    const grade = measure("meyerding-grade", { title: "Meyerding grade", text: "1", value: 1 });
    show(measured({}, grade));
    expect(screen.getByText("L4-L5: Meyerding grade 1")).toBeTruthy();
  });
});

it("a study in which nothing was measured shows no table", () => {
  render(
    <WordsProvider first="en">
      <Measures measured={[]} nameOf={SAME} />
    </WordsProvider>,
  );
  expect(screen.queryByRole("table")).toBeNull();
});

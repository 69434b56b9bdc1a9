import type { CorrectionEntry, Corrections, LevelTerm, ReadFinding, Terms } from "../api/types";

const level = (name: string, usual = true): LevelTerm => {
  const [above = "", below = ""] = name.split("-");
  return { name, above, below, usual };
};

/** All levels, for tests. */
export const LEVELS: LevelTerm[] = [
  level("S1-S2", false),
  level("L6-S1", false),
  level("L5-L6", false),
  ...["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2", "T12-L1", "T11-T12", "T10-T11", "T9-T10"].map(
    (name) => level(name),
  ),
];

export const TERMS: Terms = {
  findings: [
    {
      name: "pfirrmann-grade",
      title: "Pfirrmann grade",
      kind: "grade",
      structure: "intervertebral-disc",
      grades: [1, 2, 3, 4, 5].map((grade) => ({ grade, text: `as grade ${grade} looks` })),
    },
    {
      name: "disc-bulging",
      title: "Posterior contour bulge",
      kind: "presence",
      structure: "intervertebral-disc",
      grades: [],
    },
  ],
  levels: LEVELS,
};

/** A correction for tests: finding 1 accepted by Clara Mora, who is at the page. */
export function entry(other: Partial<CorrectionEntry> = {}): CorrectionEntry {
  return {
    id: 1,
    kind: "accept",
    finding: 1,
    added: null,
    analysis: "a-1",
    grade: null,
    positive: null,
    levels: null,
    drawn: null,
    finding_added: null,
    supersedes: null,
    superseded: false,
    of_model: null,
    mine: true,
    note: "",
    by: "Clara Mora",
    at: "2026-02-15T10:00:00Z",
    ...other,
  };
}

/** How finding 1 stands, for tests: as the model left it. */
export function stands(other: Partial<ReadFinding> = {}): ReadFinding {
  return {
    finding: 1,
    added: null,
    name: "disc-bulging",
    title: "Posterior contour bulge",
    level: "L5-S1",
    state: "open",
    value: true,
    text: "Positive",
    drawn: [],
    by: null,
    at: null,
    ...other,
  };
}

export function corrections(other: Partial<Corrections> = {}): Corrections {
  return { corrections: [], findings: [stands()], levels: { "a-1": { 1: "L5-S1" } }, said: [], ...other };
}

import { describe, expect, it } from "vitest";
import type { EvidencePlace } from "../api/types";
import type { Mark } from "../marking/marks";
import { finding } from "../findings/testing";
import { addedFinding, NO_DRAFT } from "./draft";
import { corrections, entry, TERMS } from "./testing";
import { changedMarks, drawnOf, startOf } from "./useDrawing";
import { completed, of, undoing } from "./words";

const RING: [number, number][] = [
  [1, 1],
  [1, 5],
  [5, 5],
];
const SPECK: [number, number][] = [
  [8, 8],
  [8, 9],
  [9, 9],
];
const place = { series_uid: "s", instance_uid: "i", frame: 2 };
const frame = { seriesUid: "s", instanceUid: "i", frame: 2 };
const evidence: EvidencePlace = { ...place, slice: 0, outline: RING, box: [1, 1, 6, 6] };
const mark = (other: Partial<Mark> = {}): Mark => ({
  ...{ id: "m", frame, label: "finding", outlines: [RING], box: null },
  ...other,
});

describe("a drawing", () => {
  it("begins from what is drawn for the finding, of the kind that is drawn", () => {
    expect(startOf(evidence, "outline")).toMatchObject([{ frame, outlines: [RING], box: null }]);
    expect(startOf(evidence, "box")).toMatchObject([{ frame, outlines: [], box: [1, 1, 6, 6] }]);
    expect(startOf({ ...evidence, outline: [], box: null }, "outline")).toEqual([]);
  });

  it("is sent for the frames that were changed alone, the last of several boxes on one", () => {
    const start = startOf(evidence, "outline");
    expect(changedMarks([mark()], start)).toEqual([]);
    const other = { ...frame, frame: 3 };
    const boxes = [1, 2].map((at) =>
      mark({ id: `${at}`, frame: other, outlines: [], box: [at, at, 9, 9] }),
    );
    expect(changedMarks([mark(), ...boxes], start).map(({ id }) => id)).toEqual(["2"]);
  });

  it("is sent as one outline with all of its pieces, and not where it is of another kind", () => {
    const sent = drawnOf(mark({ outlines: [SPECK, RING] }), "outline");
    expect(sent?.place).toEqual(place);
    expect(sent?.outline).toEqual(expect.arrayContaining([...RING, ...SPECK]));
    expect(drawnOf(mark({ outlines: [] }), "outline")).toBeNull();
    expect(drawnOf(mark(), "box")).toBeNull();
    const box = mark({ outlines: [], box: [0, 0, 2, 3] });
    expect(drawnOf(box, "box")).toEqual({ place, outline: [], box: [0, 0, 2, 3] });
  });
});

describe("a statement", () => {
  const drawn = { place, outline: RING, box: null };
  const words = [
    entry({ id: 1, kind: "outline", drawn }),
    entry({ id: 2, kind: "grade", grade: 3 }),
    entry({ id: 3, kind: "reject", mine: false }),
    entry({ id: 4, kind: "level", finding: null, levels: { 1: "L5-S1" } }),
  ];
  const all = corrections({ corrections: words });

  it("names the reader's own word on the same thing alone", () => {
    expect(completed({ kind: "accept", finding: 1 }, all).supersedes).toBe(2);
    expect(completed({ kind: "outline", finding: 1, drawn }, all).supersedes).toBe(1);
    const elsewhere = { ...drawn, place: { ...place, frame: 9 } };
    expect(completed({ kind: "outline", finding: 1, drawn: elsewhere }, all).supersedes).toBeUndefined();
    expect(completed({ kind: "level", analysis: "a-1", levels: {} }, all).supersedes).toBe(4);
    expect(completed({ kind: "accept", finding: 2 }, all).supersedes).toBeUndefined();
  });

  it("is of the model's finding, or of what a reader added", () => {
    expect(of(finding())).toEqual({ finding: 1 });
    const read = { added: 5, state: "added", value: true, text: "", by: null, at: null } as const;
    expect(of({ ...finding(), read: { ...read, words: [], valueSaid: true, replaced: [] } })).toEqual({
      added: 5,
    });
  });

  it("is undone in the reverse order, and a withdrawal by saying it again", () => {
    const later = [
      ...words,
      entry({ id: 5, kind: "accept", supersedes: 2 }),
      entry({ id: 6, kind: "withdraw", supersedes: 1 }),
    ];
    const undone = undoing([5, 6, 99], corrections({ corrections: later }));
    expect(undone.map(({ kind, supersedes }) => [kind, supersedes])).toEqual([
      ["outline", undefined],
      ["grade", 5],
    ]);
    expect(undone[0]?.drawn).toEqual(drawn);
    expect(undoing([4], all)).toEqual([{ kind: "withdraw", supersedes: 4 }]);
  });
});

describe("a finding that is being added", () => {
  it("is whole with a name and a value on its scale", () => {
    expect(addedFinding(NO_DRAFT, TERMS.findings)).toBeNull();
    expect(addedFinding({ ...NO_DRAFT, name: "disc-bulging" }, TERMS.findings)).toBeNull();
    expect(addedFinding({ ...NO_DRAFT, name: "disc-bulging", value: "no" }, TERMS.findings)).toEqual({
      ...{ name: "disc-bulging", level: null, value: false, drawn: null },
    });
    const grade = { ...NO_DRAFT, name: "pfirrmann-grade", value: "4", level: "L4-L5" };
    expect(addedFinding(grade, TERMS.findings)).toMatchObject({ value: 4, level: "L4-L5" });
  });
});

import { describe, expect, it } from "vitest";
import type { EvidencePlace, Overlays } from "../api/types";
import { frameKey } from "../viewport/drawing";
import { type DrawnChoice, drawingsOf } from "./drawings";
import { finding } from "./testing";

const CHOICE: DrawnChoice = {
  threshold: null,
  hiddenStructures: new Set(),
  hiddenFindings: new Set(),
  labels: true,
  selected: null,
};
const OUTLINE: [number, number][] = [
  [1, 1],
  [1, 3],
  [3, 3],
];
const at = { series_uid: "s", instance_uid: "i", frame: 0 };
const place: EvidencePlace = { ...at, slice: 4, outline: OUTLINE, box: [1, 1, 4, 4] };
const boxed: EvidencePlace = { ...place, outline: [] };
const structure = (name: string, level: string | null = null) => ({
  ...at,
  analysis: "a-1",
  structure: name,
  level,
  outlines: [OUTLINE],
});
const overlays: Overlays = {
  structures: [structure("vertebra"), structure("intervertebral-disc", "L5-S1")],
  labels: [{ ...at, analysis: "a-1", level: "L5-S1", row: 2, column: 2 }],
};
const NONE: Overlays = { structures: [], labels: [] };
const drawn = (...args: Parameters<typeof drawingsOf>) =>
  drawingsOf(...args).get(frameKey("i", 0))?.shapes ?? [];

describe("what is drawn over a frame", () => {
  it("are its structures and the names of its levels", () => {
    const drawing = drawingsOf(overlays, [], CHOICE).get(frameKey("i", 0));
    expect(drawing?.shapes.map((shape) => shape.structure)).toEqual([
      "vertebra",
      "intervertebral-disc",
    ]);
    expect(drawing?.labels).toEqual([{ level: "L5-S1", place: [2, 2] }]);
  });

  it("leads from a disc to its level's findings, and from a vertebra to none", () => {
    const findings = [finding({ id: 1 }), finding({ id: 2, level: "L4-L5" })];
    const shapes = drawn(overlays, findings, CHOICE);
    expect(shapes.map((shape) => shape.findings)).toEqual([[], [1]]);
  });

  it("names a disc by its own level where no label was made for its slice", () => {
    const other = { ...structure("intervertebral-disc", "L4-L5"), instance_uid: "j" };
    const both = { ...overlays, structures: [...overlays.structures, other] };
    const drawings = drawingsOf(both, [], CHOICE);
    expect(drawings.get(frameKey("j", 0))?.labels).toEqual([{ level: "L4-L5", place: [2, 2] }]);
    expect(drawings.get(frameKey("i", 0))?.labels).toHaveLength(1);
  });

  it("leaves out what is switched off", () => {
    const hidden = { ...CHOICE, hiddenStructures: new Set(["vertebra"]), labels: false };
    const drawing = drawingsOf(overlays, [], hidden).get(frameKey("i", 0));
    expect(drawing?.shapes).toHaveLength(1);
    expect(drawing?.labels).toEqual([]);
  });
});

describe("a finding's evidence", () => {
  it("is drawn where it is called, and not below its threshold", () => {
    expect(drawn(NONE, [finding({ evidence: [place] })], CHOICE)).toHaveLength(1);
    expect(drawn(NONE, [finding({ evidence: [place], value: false })], CHOICE)).toEqual([]);
  });

  it("comes and goes with the slider", () => {
    const one = finding({ evidence: [place], value: false, probability: 0.35 });
    expect(drawn(NONE, [one], { ...CHOICE, threshold: 0.3 })).toHaveLength(1);
    expect(drawn(NONE, [one], { ...CHOICE, threshold: 0.4 })).toEqual([]);
  });

  it("is not drawn where it is switched off, but always where it is chosen", () => {
    const one = finding({ evidence: [place] });
    const off = { ...CHOICE, hiddenFindings: new Set([1]) };
    expect(drawn(NONE, [one], off)).toEqual([]);
    expect(drawn(NONE, [one], { ...off, selected: 1 })).toHaveLength(1);
  });

  it("is one shape for the findings that share an outline", () => {
    const findings = [1, 2].map((id) => finding({ id, evidence: [place] }));
    const shapes = drawn(NONE, findings, CHOICE);
    expect(shapes.map((shape) => shape.findings)).toEqual([[1, 2]]);
  });

  it("is its box where it has no outline", () => {
    const [shape] = drawn(NONE, [finding({ evidence: [boxed] })], CHOICE);
    expect(shape?.outlines[0]).toEqual([
      [0.5, 0.5],
      [0.5, 3.5],
      [3.5, 3.5],
      [3.5, 0.5],
    ]);
  });

  it("without outline or box is not drawn", () => {
    expect(drawn(NONE, [finding({ evidence: [{ ...boxed, box: null }] })], CHOICE)).toEqual([]);
  });

  it("draws the lines that were measured along where they are asked for, on their own frame", () => {
    const points: [number, number][] = [
      [10, 20],
      [18, 21],
    ];
    const line = {
      analysis: "a-1",
      name: "vertebral-slip",
      level: "L4-L5",
      index_from_caudal: 2,
      series_uid: "s",
      instance_uid: "i-9",
      frame: 0,
      points,
    };
    const stored = { ...overlays, lines: [line] };
    expect(drawingsOf(stored, [], CHOICE).get("i-9#0")).toBeUndefined();
    const asked = drawingsOf(stored, [], { ...CHOICE, measures: true }).get("i-9#0");
    expect(asked?.spans).toEqual([{ id: "vertebral-slip-0", measure: "vertebral-slip", ends: points }]);
    expect(asked?.shapes).toEqual([]);
  });
});

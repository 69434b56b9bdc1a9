import { describe, expect, it } from "vitest";
import type { Drawn, EvidencePlace } from "../api/types";
import { corrections, entry, stands } from "../corrections/testing";
import { frameKey } from "../viewport/drawing";
import { drawnDecision, isFolded, isMoved, standingDecision } from "./decision";
import { drawingsOf } from "./drawings";
import { levelNames, standingFindings } from "./standing";
import { finding } from "./testing";

const place = { series_uid: "s", instance_uid: "i", frame: 0 };
const OWN: [number, number][] = [
  [1, 1],
  [1, 4],
  [4, 4],
];
const NEW: [number, number][] = [
  [2, 2],
  [2, 6],
  [6, 6],
];
const evidence: EvidencePlace[] = [{ ...place, slice: 3, outline: OWN, box: null }];
const outline: Drawn = { place, outline: NEW, box: null };
const box: Drawn = { place, outline: [], box: [1, 1, 5, 5] };
const one = (said: Parameters<typeof entry>[0][], read: Parameters<typeof stands>[0]) => {
  const entries = said.map((each, at) => entry({ id: at + 1, ...each }));
  const all = corrections({ corrections: entries, findings: [stands(read)] });
  const [found] = standingFindings([finding({ evidence })], all);
  if (!found) throw new Error("no finding");
  return found;
};
const ANY = { hiddenStructures: new Set<string>(), hiddenFindings: new Set<number>(), labels: true };
const shapes = (found: ReturnType<typeof one>, selected: number | null = null) =>
  drawingsOf({ structures: [], labels: [] }, [found], { ...ANY, threshold: null, selected })
    .get(frameKey("i", 0))
    ?.shapes.map(({ kind, outlines }) => [kind, outlines[0]]) ?? [];

describe("a finding as it stands", () => {
  it("is the model's while the corrections are not here", () => {
    expect(standingFindings([finding()], undefined)).toEqual([finding()]);
  });

  it("holds a reader's word whatever the slider says, and keeps the model's beside it", () => {
    const turned = one([{ kind: "call", positive: false }], { state: "changed", value: false });
    expect(standingDecision(turned)).toBe("notCalled");
    expect(drawnDecision(turned, 0.1)).toBe("notCalled");
    expect(isMoved(turned, 0.1)).toBe(false);
    expect(turned.value).toBe(true);
    expect(isFolded(turned, null)).toBe(false);
  });

  it("is not moved by a word on what is drawn alone", () => {
    const drawn = one([{ kind: "outline", drawn: outline }], { state: "changed" });
    expect(drawnDecision(drawn, 0.9)).toBe("notCalled");
    expect(standingDecision(drawn)).toBe("called");
  });

  it("is neither drawn nor counted as positive once it is rejected, unless it is chosen", () => {
    const rejected = one([{ kind: "reject" }], { state: "rejected" });
    expect(standingDecision(rejected)).toBe("rejected");
    expect(shapes(rejected)).toEqual([]);
    expect(shapes(rejected, 1)).toEqual([["finding", OWN]]);
  });

  it("has a reader's outline in the model's place, and the model's beside it while chosen", () => {
    const drawn = one([{ kind: "outline", drawn: outline }], { state: "changed" });
    expect(shapes(drawn)).toEqual([["finding", NEW]]);
    expect(shapes(drawn, 1)).toEqual([
      ["finding", NEW],
      ["replaced", OWN],
    ]);
  });

  it("has the last of an outline and a box on a frame, and none that was taken back", () => {
    const both = [
      { kind: "outline", drawn: outline },
      { kind: "box", drawn: box },
    ] as const;
    expect(one([...both], {}).evidence).toEqual([
      { ...place, slice: 0, outline: [], box: [1, 1, 5, 5] },
    ]);
    const back = one([{ ...both[0] }, { ...both[1], superseded: true }], {});
    expect(back.evidence[0]?.outline).toEqual(NEW);
  });

  it("is listed where a reader added it, at the disc of its level", () => {
    const added = stands({ finding: null, added: 9, state: "added", level: "L5-S1", value: true });
    const all = corrections({
      corrections: [entry({ id: 9, kind: "add", finding: null, analysis: null })],
      findings: [stands(), { ...added, drawn: [box] }],
    });
    const found = standingFindings([finding()], all)[1];
    expect(found).toMatchObject({ id: -9, index_from_caudal: 1, level: "L5-S1" });
    expect(found?.evidence[0]?.box).toEqual([1, 1, 5, 5]);
    expect(found && standingDecision(found)).toBe("called");
  });

  it("carries the readers' name of its disc", () => {
    const all = corrections({
      findings: [stands({ level: "L4-L5" })],
      levels: { "a-1": { 1: "L4-L5" } },
    });
    expect(standingFindings([finding()], all)[0]?.level).toBe("L4-L5");
  });
});

describe("the names on the images", () => {
  const all = corrections({ levels: { "a-1": { 1: "L4-L5", 2: "L3-L4", 3: "" } } });
  const nameOf = levelNames([finding(), finding({ level: null, index_from_caudal: 2 })], all);

  it("are the readers', for a disc that the model named and for one that it counted", () => {
    expect([nameOf("a-1", "L5-S1"), nameOf("a-1", "2")]).toEqual(["L4-L5", "L3-L4"]);
  });

  it("stay the model's where nobody named the disc, and of another run", () => {
    expect([nameOf("a-1", "3"), nameOf("a-2", "L5-S1")]).toEqual(["3", "L5-S1"]);
    expect(levelNames([finding()], undefined)("a-1", "L5-S1")).toBe("L5-S1");
  });
});

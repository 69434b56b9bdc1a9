import { describe, expect, it } from "vitest";
import { byLevel, listed, stepped } from "./groups";
import { finding } from "./testing";

const findings = [
  finding({ id: 1, level: "L4-L5", index_from_caudal: 2, value: false, probability: 0.1 }),
  finding({ id: 2, level: "L5-S1", index_from_caudal: 1, value: false, probability: 0.3 }),
  finding({ id: 3, level: "L5-S1", index_from_caudal: 1, probability: 0.5 }),
  finding({ id: 4, level: "L5-S1", index_from_caudal: 1, probability: 0.9 }),
  finding({ id: 5, level: "L5-S1", index_from_caudal: 1, value: 3 }),
  finding({ id: 6, level: "L5-S1", index_from_caudal: 1, value: null, abstained: true }),
  finding({ id: 7, level: null, index_from_caudal: null }),
];
const ids = (threshold: number | null) =>
  byLevel(findings, threshold).map((group) => group.findings.map(({ id }) => id));

describe("the list of findings", () => {
  it("goes from caudal to cranial, after what is about the whole study", () => {
    expect(byLevel(findings, null).map(({ level }) => level)).toEqual([null, "L5-S1", "L4-L5"]);
  });

  it("has grades first, then what is called by probability, then abstentions", () => {
    expect(ids(null)).toEqual([[7], [5, 4, 3, 6, 2], [1]]);
  });

  it("sorts by what the slider draws", () => {
    expect(ids(0.6)[1]).toEqual([5, 4, 6, 3, 2]);
  });

  it("keeps two discs apart that no level names", () => {
    const unnamed = [1, 2].map((index) => finding({ id: index, level: null, index_from_caudal: index }));
    expect(byLevel(unnamed, null)).toHaveLength(2);
  });

  it("names all but what was not called", () => {
    expect(listed(byLevel(findings, null), null).map(({ id }) => id)).toEqual([7, 5, 4, 3, 6]);
  });
});

describe("the next finding", () => {
  it("is the first or the last where none is chosen", () => {
    expect(stepped(findings, null, 1)?.id).toBe(1);
    expect(stepped(findings, null, -1)?.id).toBe(7);
  });

  it("goes around the end", () => {
    expect(stepped(findings, 7, 1)?.id).toBe(1);
    expect(stepped(findings, 1, -1)?.id).toBe(7);
    expect(stepped(findings, 3, 1)?.id).toBe(4);
  });

  it("is none where there is none", () => {
    expect(stepped([], 1, 1)).toBeNull();
  });
});

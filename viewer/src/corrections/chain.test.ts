import { describe, expect, it } from "vitest";
import { chainFrom, differences, isWhole, namesOf, nextTo, shifted } from "./chain";
import { LEVELS } from "./testing";

const DISCS = [1, 2, 3, 4, 5];
const names = (chain: ReadonlyMap<number, string | null>) => [...chain.values()];
const usual = chainFrom(LEVELS, DISCS, { index: 1, name: "L5-S1" });

describe("a chain of levels", () => {
  it("follows from its lowest disc upwards", () => {
    expect(names(usual)).toEqual(["L5-S1", "L4-L5", "L3-L4", "L2-L3", "L1-L2"]);
  });

  it("follows from any disc in both directions", () => {
    const chain = chainFrom(LEVELS, DISCS, { index: 3, name: "L4-L5" });
    expect(names(chain)).toEqual(["S1-S2", "L5-S1", "L4-L5", "L3-L4", "L2-L3"]);
  });

  it("has a sixth lumbar vertebra where the lowest disc is L6-S1", () => {
    const chain = chainFrom(LEVELS, DISCS, { index: 1, name: "L6-S1" });
    expect(names(chain)).toEqual(["L6-S1", "L5-L6", "L4-L5", "L3-L4", "L2-L3"]);
  });

  it("counts a disc that was not found", () => {
    const chain = chainFrom(LEVELS, [1, 3], { index: 1, name: "L5-S1" });
    expect(names(chain)).toEqual(["L5-S1", "L3-L4"]);
  });

  it("is not whole where the levels end", () => {
    const chain = chainFrom(LEVELS, DISCS, { index: 1, name: "T10-T11" });
    expect(names(chain)).toEqual(["T10-T11", "T9-T10", null, null, null]);
    expect(isWhole(chain)).toBe(false);
    expect(isWhole(usual)).toBe(true);
  });

  it("is shifted as a whole, and not over an end", () => {
    expect(names(shifted(LEVELS, usual, 1) ?? new Map())[0]).toBe("L4-L5");
    const down = shifted(LEVELS, usual, -1) ?? new Map();
    expect(names(down)).toEqual(["S1-S2", "L5-S1", "L4-L5", "L3-L4", "L2-L3"]);
    expect(shifted(LEVELS, down, -1)).toBeNull();
    expect(shifted(LEVELS, new Map(), 1)).toBeNull();
  });

  it("says how much it differs, and is sent by index", () => {
    const model = new Map([...usual, [5, ""]]);
    expect(differences(usual, model)).toBe(1);
    expect(namesOf(chainFrom(LEVELS, [2], { index: 2, name: "L4-L5" }))).toEqual({ 2: "L4-L5" });
  });

  it("takes the usual of two neighbours", () => {
    expect(nextTo(LEVELS, "S1-S2", 1)).toBe("L5-S1");
    expect(nextTo(LEVELS, "L4-L5", -1)).toBe("L5-S1");
    expect(nextTo(LEVELS, "nowhere", 1)).toBeNull();
  });
});

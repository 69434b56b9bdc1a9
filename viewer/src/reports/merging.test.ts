import { describe, expect, it } from "vitest";
import { differing, fixedChanges, taken } from "./filling";
import { adopted, both, settled, toSave, type Typed, typed } from "./merging";
import { filling, report } from "./testing";

const begun: Typed = { base: report(), mine: {}, theirs: {} };
const later = (texts: Record<string, string>, edition = 2) => report({ edition }, texts);

describe("what is typed", () => {
  it("is to be saved, and no longer once it is as before", () => {
    const one = typed(begun, "impression", "Mine.");
    expect(toSave(one)).toEqual({ impression: "Mine." });
    expect(toSave(typed(one, "impression", "- L4-L5: herniation"))).toEqual({});
  });

  it("stays where somebody else changed another section", () => {
    const now = adopted(typed(begun, "impression", "Mine."), later({ findings: "Theirs." }));
    expect(toSave(now)).toEqual({ impression: "Mine." });
    expect(now.base.edition).toBe(2);
  });

  it("waits for a choice where somebody else changed the same section, and neither is lost", () => {
    const now = adopted(typed(begun, "impression", "Mine."), later({ impression: "Theirs." }));
    expect(now.mine).toEqual({ impression: "Mine." });
    expect(now.theirs).toEqual({ impression: "Theirs." });
    expect(toSave(now)).toEqual({});
  });

  it("waits still where they go on writing, for their last text", () => {
    const one = adopted(typed(begun, "impression", "Mine."), later({ impression: "Their" }));
    const two = adopted(one, later({ impression: "Theirs." }, 3));
    expect(two.theirs).toEqual({ impression: "Theirs." });
  });

  it("is done where both wrote the same", () => {
    const now = adopted(typed(begun, "impression", "Same."), later({ impression: "Same." }));
    expect([now.mine, now.theirs]).toEqual([{}, {}]);
  });

  it("is not taken for somebody else's where its own saving comes back", () => {
    const going = typed(begun, "impression", "Mine, and more.");
    const now = adopted(going, later({ impression: "Mine" }), { impression: "Mine" });
    expect(toSave(now)).toEqual({ impression: "Mine, and more." });
  });

  it("is not touched by an edition that is older", () => {
    const now: Typed = { ...begun, base: later({}, 4) };
    expect(adopted(now, later({ impression: "Old." }, 3))).toBe(now);
  });

  it("learns that the draft is stale, though its edition is the same", () => {
    expect(adopted(begun, report({ stale: true })).base.stale).toBe(true);
  });
});

describe("a choice between two texts", () => {
  const torn = adopted(typed(begun, "impression", "Mine."), later({ impression: "Theirs." }));

  it("for one's own has it saved over the other", () => {
    expect(toSave(settled(torn, "impression", "Mine."))).toEqual({ impression: "Mine." });
  });

  it("for theirs leaves nothing to save", () => {
    const now = settled(torn, "impression", "Theirs.");
    expect([now.mine, now.theirs]).toEqual([{}, {}]);
  });

  it("for both has one below the other", () => {
    expect(both("Theirs.", "Mine.")).toBe("Theirs.\nMine.");
    expect(both(" ", "Mine.")).toBe("Mine.");
  });
});

describe("a fresh filling", () => {
  const fresh = filling({ findings: "L4-L5: bulge.", "clinical-information": "", models: "New." });
  const present = report({}, { "clinical-information": "Pain.", impression: "Mine." });

  it("differs in what is filled, and never in what only the clinician writes", () => {
    expect(differing(present, fresh).map(({ name }) => name)).toEqual(["findings", "impression"]);
    expect(fixedChanges(present, fresh)).toEqual(["Models"]);
  });

  it("is not taken unless it is chosen", () => {
    expect(taken(present, fresh, {})).toEqual({});
    expect(taken(present, fresh, { findings: "take", impression: "both" })).toEqual({
      findings: "L4-L5: bulge.",
      impression: "Mine.\n- L4-L5: herniation",
    });
  });
});

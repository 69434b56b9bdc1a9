import { describe, expect, it } from "vitest";
import { ApiProblem } from "../api/problem";
import type { ReportEntry } from "../api/types";
import { AGAIN_AFTER_MS, DraftKeeper, type Means, SAVE_AFTER_MS, shownText } from "./keeper";
import type { Texts } from "./merging";
import { report } from "./testing";

const AWAY = new ApiProblem(0, { failed: "" });
const CHANGED = new ApiProblem(409, { failed: "The report stays as it is." });

/** A service that holds one report, which a test can change or let fail. */
function service(first = report()) {
  let now = first;
  let timer: { act: () => void; milliseconds: number } | null = null;
  const told: Texts[] = [];
  const failures: unknown[] = [];
  let held: Promise<void> | null = null;
  const write = (sections: Texts, by = "Clara Mora"): ReportEntry => {
    now = {
      ...now,
      edition: now.edition + 1,
      changed_by: by,
      sections: now.sections.map((one) => ({ ...one, text: sections[one.name] ?? one.text })),
    };
    return now;
  };
  const means: Means = {
    change: async (edition, sections) => {
      told.push(sections);
      await held;
      const failure = failures.shift();
      if (failure) throw failure;
      if (edition !== now.edition || now.state === "signed") throw CHANGED;
      return write(sections);
    },
    load: async () => now,
    wait: (act, milliseconds) => {
      timer = { act, milliseconds };
      return 1;
    },
    stop: () => {
      timer = null;
    },
  };
  return {
    keeper: new DraftKeeper(means, now),
    told,
    failures,
    waits: () => timer?.milliseconds ?? null,
    other: (sections: Texts) => write(sections, "Oscar"),
    sign: () => {
      now = { ...now, state: "signed" };
    },
    now: () => now,
    hold: () => {
      let go = () => undefined as void;
      held = new Promise((resolve) => {
        go = resolve;
      });
      return () => {
        held = null;
        go();
      };
    },
  };
}
const text = (keeper: DraftKeeper, name: string) => shownText(keeper.kept(), name);

describe("a draft's keeper", () => {
  it("saves a second after the last key, all that was typed at once", async () => {
    const { keeper, told, waits } = service();
    keeper.type("impression", "M");
    keeper.type("findings", "F");
    keeper.type("impression", "Mi");
    expect([waits(), told]).toEqual([SAVE_AFTER_MS, []]);
    await keeper.save();
    expect(told).toEqual([{ impression: "Mi", findings: "F" }]);
    expect(keeper.unsaved).toBe(false);
    expect(keeper.kept().savedAt).not.toBeNull();
    expect(waits()).toBeNull();
  });

  it("leaves out control characters as the service does, so that they are nobody's change", async () => {
    const { keeper, told } = service();
    keeper.type("impression", "One.\u000b\u0000\tTwo.\nÑ ≥ 3");
    await keeper.save();
    expect(told).toEqual([{ impression: "One.\tTwo.\nÑ ≥ 3" }]);
    expect(keeper.unsaved).toBe(false);
  });

  it("asks for nothing where nothing was typed", async () => {
    const { keeper, told } = service();
    expect((await keeper.save()).edition).toBe(1);
    expect(told).toEqual([]);
  });

  it("saves what is typed while an answer is awaited after it", async () => {
    const { keeper, told, hold } = service();
    const go = hold();
    keeper.type("impression", "One.");
    const saving = keeper.save();
    keeper.type("impression", "One. Two.");
    go();
    await saving;
    expect(told).toEqual([{ impression: "One." }, { impression: "One. Two." }]);
    expect(text(keeper, "impression")).toBe("One. Two.");
  });

  it("does not take its own saving for somebody else's that is heard of first", async () => {
    const { keeper, hold, now, told } = service();
    const go = hold();
    keeper.type("impression", "One.");
    const saving = keeper.save();
    keeper.type("impression", "One. Two.");
    keeper.adopt({ ...now(), edition: 2, sections: report({}, { impression: "One." }).sections });
    go();
    await saving;
    expect(keeper.kept().theirs).toEqual({});
    expect(told.at(-1)).toEqual({ impression: "One. Two." });
  });

  it("keeps what it could not save, says why, and tries again", async () => {
    const { keeper, failures, waits, now } = service();
    failures.push(AWAY);
    keeper.type("impression", "Mine.");
    await expect(keeper.save()).rejects.toBe(AWAY);
    expect(keeper.kept()).toMatchObject({ problem: AWAY, saving: false, mine: { impression: "Mine." } });
    expect(waits()).toBe(AGAIN_AFTER_MS);
    await keeper.save();
    expect(keeper.kept().problem).toBeUndefined();
    expect(now().sections.find(({ name }) => name === "impression")?.text).toBe("Mine.");
  });

  it("waits for its writer where the session is over", async () => {
    const { keeper, failures, waits } = service();
    failures.push(new ApiProblem(401, { failed: "" }));
    keeper.type("impression", "Mine.");
    await expect(keeper.save()).rejects.toThrow();
    expect([keeper.unsaved, waits()]).toEqual([true, null]);
  });

  it("saves over an edition of somebody else who changed another section", async () => {
    const { keeper, other, now } = service();
    other({ findings: "Theirs." });
    keeper.type("impression", "Mine.");
    await keeper.save();
    const [findings, impression] = ["findings", "impression"].map((name) => text(keeper, name));
    expect([findings, impression, now().edition]).toEqual(["Theirs.", "Mine.", 3]);
  });

  it("holds both texts where they changed the same section, and overwrites neither", async () => {
    const { keeper, other, now } = service();
    other({ impression: "Theirs." });
    keeper.type("impression", "Mine.");
    keeper.type("findings", "Seen.");
    await keeper.save();
    expect(keeper.kept()).toMatchObject({
      mine: { impression: "Mine." },
      theirs: { impression: "Theirs." },
    });
    expect(now().sections.map((one) => one.text).slice(1, 3)).toEqual(["Seen.", "Theirs."]);
    keeper.settle("impression", "Theirs.\nMine.");
    await keeper.save();
    expect(now().sections[2]?.text).toBe("Theirs.\nMine.");
    expect(keeper.unsaved).toBe(false);
  });

  it("keeps what was typed into a report that was signed meanwhile, until it is given up", async () => {
    const { keeper, sign, waits } = service();
    keeper.type("impression", "Late.");
    sign();
    await expect(keeper.save()).rejects.toBe(CHANGED);
    expect(keeper.kept()).toMatchObject({ base: { state: "signed" }, mine: { impression: "Late." } });
    expect(waits()).toBeNull();
    keeper.drop();
    expect(keeper.unsaved).toBe(false);
  });

  it("tells whoever listens, until they no longer do", () => {
    const { keeper } = service();
    let heard = 0;
    const stop = keeper.subscribe(() => {
      heard += 1;
    });
    keeper.type("impression", "M");
    stop();
    keeper.type("impression", "Mi");
    expect(heard).toBe(1);
  });
});

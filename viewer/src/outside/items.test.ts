import { describe, expect, it } from "vitest";
import { seriesAt } from "../viewport/testing";
import { drawnOver, itemsOf, outsideDrawings, placesOfItem } from "./items";
import { placeOf, resultOf } from "./testing";

const structure = (places = [placeOf("i.1")]) => ({
  ...{ label: "Disc", meaning: "", how: "manual" as const, algorithm: "", unplaced: 0 },
  places,
});
const finding = (places = [placeOf("i.1", { closed: false })]) => ({
  ...{ tracking: "", finding: "Gap", site: "", answers: [], unplaced: 0 },
  places,
});
const result = resultOf({ structures: [structure(), structure()], findings: [finding()] });

describe("what others outlined", () => {
  it("has a name and a colour of its own each, and starts anew after the sixth", () => {
    const many = resultOf({ structures: Array.from({ length: 7 }, () => structure()) });
    const items = itemsOf([result, many]);
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length - 2);
    expect(items.map(({ tint }) => tint)).toEqual([0, 1, 2, 3, 4, 5, 0, 1, 2, 3]);
  });

  it("is drawn only where it is switched on, and never stands for a finding", () => {
    const items = itemsOf([result]);
    expect(outsideDrawings(items, new Set()).size).toBe(0);
    const drawn = outsideDrawings(items, new Set([items[0]?.key ?? "", items[2]?.key ?? ""]));
    const { shapes, spans, labels } = drawn.get("i.1#0") ?? { shapes: [], spans: [], labels: [] };
    expect(shapes).toHaveLength(1);
    expect(shapes[0]).toMatchObject({ kind: "outside", structure: "tint-0", findings: [] });
    expect(spans?.map(({ measure }) => measure)).toEqual(["outside tint-2"]);
    expect(labels).toEqual([]);
  });

  it("lies over what the study has of its own, which stays as it is", () => {
    const own = { shapes: [], labels: [{ level: "L4-L5", place: [1, 2] as const }], spans: [] };
    expect(drawnOver(own, undefined)).toBe(own);
    const other = outsideDrawings(itemsOf([result]), new Set([itemsOf([result])[0]?.key ?? ""]));
    const both = drawnOver(own, other.get("i.1#0"));
    expect(both.labels).toBe(own.labels);
    expect(both.shapes).toHaveLength(1);
  });

  it("is looked at on the slice of each series on which most of it lies", () => {
    const frames = seriesAt([0, 5, 10]);
    const small = placeOf(frames[0]?.instanceUid ?? "");
    const outlines: [number, number][][] = [
      [
        [0, 0],
        [0, 20],
        [20, 20],
        [20, 0],
      ],
    ];
    const large = placeOf(frames[2]?.instanceUid ?? "", { outlines });
    const gone = placeOf("gone", { outlines });
    const [item] = itemsOf([resultOf({ structures: [structure([small, gone, large])] })]);
    if (!item) throw new Error("no item");
    expect(placesOfItem(item, new Map([["1.t1", frames]]))).toEqual([
      { series: "1.t1", index: 2, place: [10, 10] },
    ]);
    expect(placesOfItem(item, new Map())).toEqual([]);
  });

  it("leads to a slice that is pointed at as a whole, too", () => {
    const frames = seriesAt([0, 5]);
    const whole = placeOf(frames[1]?.instanceUid ?? "", { outlines: [] });
    const [item] = itemsOf([resultOf({ findings: [finding([whole])] })]);
    if (!item) throw new Error("no item");
    const [place] = placesOfItem(item, new Map([["1.t1", frames]]));
    expect(place).toEqual({ series: "1.t1", index: 1, place: null });
  });
});

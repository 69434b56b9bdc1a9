import { describe, expect, it } from "vitest";
import type { Mark } from "../marking/marks";
import { labelSpot, labelSpots } from "../viewport/Overlay";
import { answersOf, drawingOf, drawnLabels, marksFor, slicesOf, startsOf, toolsOf, unanswered } from "./marks";
import { boxMark, FRAMES, LABELS, PLACE } from "./testing";

const frame = { seriesUid: "1.t1", instanceUid: PLACE.instance_uid, frame: 0 };
const ring = [
  [0.5, 0.5],
  [0.5, 3.5],
  [4.5, 3.5],
] as const;
const area: Mark = { id: "m9", frame, label: "disc", outlines: [ring], box: null };

describe("what was drawn", () => {
  it("comes back from the service as it was sent", () => {
    const sent = marksFor([area], { quality: "good" });
    expect(startsOf(sent)).toEqual([{ frame, label: "disc", outlines: [ring], box: null }]);
    expect(answersOf(sent)).toEqual({ quality: "good" });
  });

  it("has a name for each mark that the service takes", () => {
    const ids = marksFor([area, { ...area, frame: { ...frame, frame: 1 } }], { quality: "good" }).map(
      ({ id }) => id,
    );
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
  });

  it("lies on slices that count from 1", () => {
    expect(slicesOf([area], FRAMES)).toEqual([3]);
    expect(slicesOf([], FRAMES)).toEqual([]);
  });

  it("is drawn on its own frame, with the letter of who drew it", () => {
    const readings = [{ letter: "A", name: "reader-a", marks: [boxMark()] }];
    const [first, , third] = FRAMES;
    if (!first || !third) throw new Error("no frames");
    expect(drawingOf(readings, first)).toEqual({ shapes: [], labels: [] });
    const { shapes, labels } = drawingOf(readings, third);
    expect(shapes).toMatchObject([{ structure: "reader-a", level: "A" }]);
    expect(shapes[0]?.outlines[0]?.[0]).toEqual([1.5, 0.5]);
    expect(labels).toEqual([{ level: "A", place: [3.5, 2.5], shape: shapes[0]?.id, tone: "reader-a" }]);
  });

  it("has its letter beside each of several, however far the others lie to the left", () => {
    const right = boxMark("m2", [2, 40, 6, 60]);
    const third = FRAMES[2];
    if (!third) throw new Error("no frames");
    const readings = [{ letter: "A", name: "reader-a", marks: [boxMark(), right] }];
    const { shapes, labels } = drawingOf(readings, third);
    const spots = labels.map((label) => labelSpot(label, shapes, { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 })[0]);
    expect(spots.toSorted((a, b) => a - b).at(-1)).toBeCloseTo(39.5 - 8);
    expect(labels.map(({ level }) => level)).toEqual(["A", "A"]);
  });

  it("of several on one place has its letters side by side, none on another", () => {
    const third = FRAMES[2];
    if (!third) throw new Error("no frames");
    const readings = ["A", "B", "C"].map((letter, at) => ({
      letter,
      name: `reader-${letter.toLowerCase()}`,
      marks: [boxMark("m1", [2, 40 + at, 6, 60])],
    }));
    const spots = labelSpots(drawingOf(readings, third), { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 });
    const places = spots.map(({ spot }) => spot[0]).toSorted((a, b) => a - b);
    expect(places.at(-1)).toBeCloseTo(39.5 - 8);
    for (const [at, place] of places.slice(1).entries()) {
      expect(place - (places[at] ?? 0)).toBeGreaterThanOrEqual(9);
    }
    expect(spots.map(({ label }) => label.tone)).toEqual(["reader-a", "reader-b", "reader-c"]);
  });
});

describe("labels", () => {
  it("are drawn by the tools of their kind", () => {
    expect(drawnLabels(LABELS).map(({ key }) => key)).toEqual(["hernia", "disc"]);
    expect(toolsOf(LABELS, "hernia")).toEqual(["box"]);
    expect(toolsOf(LABELS, "disc")).toEqual(["brush", "erase", "outline"]);
    expect(toolsOf(LABELS, "quality")).toEqual([]);
  });

  it("of the case want an answer", () => {
    expect(unanswered(LABELS, {})?.key).toBe("quality");
    expect(unanswered(LABELS, { quality: "poor" })).toBeUndefined();
  });
});

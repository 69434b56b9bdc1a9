import { describe, expect, it } from "vitest";
import type { EvidencePlace } from "../api/types";
import { seriesAt } from "../viewport/testing";
import { placesOf, startSlice } from "./places";
import { finding } from "./testing";

// Numbered 0 to 2 from left to right, so read in the other order.
const frames = seriesAt([10, 5, 0]);
const known = new Map([["t2", frames]]);
const at = (instance: number, series = "t2"): EvidencePlace => ({
  series_uid: series,
  instance_uid: `1.x.${instance}`,
  frame: 0,
  slice: 99,
  outline: [
    [2, 4],
    [6, 4],
    [6, 10],
  ],
  box: null,
});

describe("a finding's place", () => {
  it("is found by its instance, wherever that stands in reading order", () => {
    expect(placesOf(finding({ evidence: [at(0)] }), known)).toEqual([
      { series: "t2", index: 2, place: [4, 7] },
    ]);
  });

  it("is one slice a series, the first that is named", () => {
    const places = placesOf(finding({ evidence: [at(1), at(0)] }), known);
    expect(places.map(({ index }) => index)).toEqual([1]);
  });

  it("is none in a series whose frames are not here", () => {
    expect(placesOf(finding({ evidence: [at(0, "other"), at(7)] }), known)).toEqual([]);
  });
});

describe("a series", () => {
  it("begins at the slice that most findings point at", () => {
    const findings = [at(0), at(2), at(2)].map((place) => finding({ evidence: [place] }));
    expect(startSlice("t2", findings, frames)).toBe(0);
  });

  it("begins in its middle where no finding points at it", () => {
    expect(startSlice("t2", [finding({ evidence: [at(0, "t1")] })], frames)).toBe(1);
    expect(startSlice("t2", [], [])).toBe(0);
  });
});

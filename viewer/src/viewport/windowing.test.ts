import { describe, expect, it } from "vitest";
import { dragged, fromWindow, presetsOf, rangeOf, toWindow } from "./windowing";

const RANGE = { least: 0, most: 4000, p1: 10, p25: 100, p75: 900, p99: 2000 };

describe("a window", () => {
  it("spans the values of DICOM's formula", () => {
    // PS3.3 C.11.2.1.2.1: black up to c - 0.5 - (w - 1) / 2.
    expect(fromWindow(2048, 4096)).toEqual({ low: 0, high: 4095 });
    expect(fromWindow(0, 1)).toEqual({ low: -0.5, high: -0.5 });
  });

  it("comes back as the centre and width that it was made of", () => {
    for (const [centre, width] of [[50, 400], [500, 2000], [0.5, 2.5]] as const) {
      const back = toWindow(fromWindow(centre, width));
      expect(back.centre).toBeCloseTo(centre, 9);
      expect(back.width).toBeCloseTo(width, 9);
    }
  });

  it("grows wider about its middle by a drag to the right", () => {
    expect(dragged({ low: 100, high: 300 }, 40, 0, RANGE)).toEqual({ low: -100, high: 500 });
  });

  it("moves up by a drag downwards, which darkens the image", () => {
    expect(dragged({ low: 100, high: 300 }, 0, 40, RANGE)).toEqual({ low: 500, high: 700 });
  });

  it("never closes however far it is dragged", () => {
    const { low, high } = dragged({ low: 100, high: 300 }, -10_000, 0, RANGE);
    expect(high).toBeGreaterThan(low);
  });
});

describe("the range of an image", () => {
  it("has its extremes and hundredths", () => {
    const values = Float32Array.from({ length: 101 }, (_, at) => 100 - at);
    expect(rangeOf(values)).toEqual({ least: 0, most: 100, p1: 1, p25: 25, p75: 75, p99: 99 });
  });

  it("finds an extreme that a sample would miss", () => {
    const values = new Uint16Array(500_000).fill(7);
    values[123_457] = 65_535;
    values[3] = 1;
    expect(rangeOf(values)).toMatchObject({ least: 1, most: 65_535, p99: 7 });
  });

  it("of no pixels is nothing", () => {
    expect(rangeOf([])).toMatchObject({ least: 0, most: 0, p99: 0 });
  });
});

describe("presets", () => {
  it("begin with what the header asks for", () => {
    const stored = { low: 1, high: 2 };
    expect(presetsOf(null, RANGE, stored)[0]).toEqual({ name: "stored", voi: stored });
    expect(presetsOf(null, RANGE, null)[0]?.name).toBe("auto");
  });

  it("are by Hounsfield units for CT alone", () => {
    const names = (unit: string | null) => presetsOf(unit, RANGE, null).map(({ name }) => name);
    expect(names("HU")).toEqual(["auto", "bone", "soft", "full"]);
    expect(names(null)).toEqual(["auto", "contrast", "bright", "full"]);
  });

  it("are open even for an image of one value", () => {
    const flat = { least: 5, most: 5, p1: 5, p25: 5, p75: 5, p99: 5 };
    for (const { voi } of presetsOf(null, flat, null)) expect(voi.high).toBeGreaterThan(voi.low);
  });
});

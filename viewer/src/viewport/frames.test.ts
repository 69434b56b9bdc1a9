import { describe, expect, it } from "vitest";
import type { DicomJson } from "./dicomJson";
import { centreOf, framesOf } from "./frames";
import { header, seriesAt } from "./testing";

const AXIAL = [1, 0, 0, 0, 1, 0];
const CORONAL = [1, 0, 0, 0, 0, -1];
const item = (tag: string, vr: string, ...values: unknown[]) => ({ [tag]: { vr, Value: values } });

describe("the frames of a series", () => {
  it("are addressed by their instance, counted from 1", () => {
    const [frame] = framesOf([header({ uid: "1.2.3" })], "/dicomweb/studies/1/series/2");
    expect(frame?.imageId).toBe("wadors:/dicomweb/studies/1/series/2/instances/1.2.3/frames/1");
    expect(frame).toMatchObject({ rows: 20, columns: 10, spacing: { row: 0.5, column: 0.25 } });
  });

  it("go from right to left, however they were numbered", () => {
    const frames = seriesAt([8, -4, 0, 4]);
    expect(frames.map((frame) => frame.plane?.origin[0])).toEqual([-4, 0, 4, 8]);
  });

  it("go from head to feet where they are axial, and front to back where coronal", () => {
    const axial = seriesAt([0, 5, 10], { orientation: AXIAL }, 2);
    expect(axial.map((frame) => frame.plane?.origin[2])).toEqual([10, 5, 0]);
    const coronal = seriesAt([3, -3], { orientation: CORONAL }, 1);
    expect(coronal.map((frame) => frame.plane?.origin[1])).toEqual([-3, 3]);
  });

  it("stay as numbered where any has no place in the patient", () => {
    const frames = seriesAt([8, null, 0]);
    expect(frames.map((frame) => frame.instanceUid)).toEqual(["1.x.0", "1.x.1", "1.x.2"]);
  });

  it("stay as numbered where their planes are turned against each other", () => {
    const frames = framesOf(
      [
        header({ uid: "1", number: 1, position: [9, 0, 0] }),
        header({ uid: "2", number: 2, position: [0, 0, 0], orientation: AXIAL }),
      ],
      "/s",
    );
    expect(frames.map((frame) => frame.instanceUid)).toEqual(["1", "2"]);
  });

  it("of one instance are several where it says so", () => {
    const frames = framesOf([header({ uid: "5", frames: 3 })], "/s");
    expect(frames.map((frame) => frame.frame)).toEqual([0, 1, 2]);
    expect(frames[2]?.imageId).toBe("wadors:/s/instances/5/frames/3");
  });

  it("of an enhanced instance take their geometry from the functional groups", () => {
    const enhanced: DicomJson = {
      ...header({ uid: "7", frames: 2, position: null, spacing: null }),
      "52009229": {
        vr: "SQ",
        Value: [
          {
            ...item("00289110", "SQ", item("00280030", "DS", 0.7, 0.6)),
            ...item("00209116", "SQ", item("00200037", "DS", 0, 1, 0, 0, 0, -1)),
          },
        ],
      },
      "52009230": {
        vr: "SQ",
        Value: [6, -6].map((x) => item("00209113", "SQ", item("00200032", "DS", x, 1, 2))),
      },
    };
    const frames = framesOf([enhanced], "/s");
    expect(frames.map((frame) => frame.plane?.origin)).toEqual([
      [-6, 1, 2],
      [6, 1, 2],
    ]);
    expect(frames.map((frame) => frame.frame)).toEqual([1, 0]);
    expect(frames[0]?.spacing).toEqual({ row: 0.7, column: 0.6 });
  });

  it("have no spacing, window or place where the header has none", () => {
    const [frame] = framesOf([header({ position: null, spacing: null })], "/s");
    expect(frame).toMatchObject({ spacing: null, plane: null, voi: null, valueUnit: null });
  });

  it("have no place where the header's directions are not at right angles", () => {
    const [frame] = framesOf([header({ orientation: [1, 0, 0, 1, 0, 0] })], "/s");
    expect(frame?.plane).toBeNull();
  });

  it("carry the header's window, and Hounsfield units for CT", () => {
    const [frame] = framesOf([header({ window: [2048, 4096], modality: "CT" })], "/s");
    expect(frame).toMatchObject({ voi: { low: 0, high: 4095 }, valueUnit: "HU" });
  });

  it("leave out an instance without an image", () => {
    const report = header({ uid: "9" });
    delete report["00280010"];
    expect(framesOf([report], "/s")).toEqual([]);
  });
});

describe("the centre of a frame", () => {
  it("lies between its first pixel and its last", () => {
    const [frame] = framesOf([header({ position: [1, 2, 3] })], "/s");
    // 10 columns of 0.25 mm go back, 20 rows of 0.5 mm go down.
    expect(frame ? centreOf(frame) : null).toEqual([1, 2 + 4.5 * 0.25, 3 - 9.5 * 0.5]);
  });

  it("is not known without spacing", () => {
    const [frame] = framesOf([header({ spacing: null })], "/s");
    expect(frame ? centreOf(frame) : undefined).toBeNull();
  });
});

import type { OutsidePlace, OutsideResult } from "../api/types";

/** A place for tests, on a frame of series `1.t1`. */
export function placeOf(instance: string, other: Partial<OutsidePlace> = {}): OutsidePlace {
  return {
    series_uid: "1.t1",
    instance_uid: instance,
    frame: 0,
    outlines: [
      [
        [4, 2],
        [4, 6],
        [8, 6],
        [8, 2],
      ],
    ],
    closed: true,
    ...other,
  };
}

/** A segmentation of others for tests, without a structure. */
export function resultOf(other: Partial<OutsideResult> = {}): OutsideResult {
  return {
    uid: "9.1",
    kind: "seg",
    manufacturer: "Elsewhere",
    model: "Disc finder",
    version: "3.1",
    description: "Discs by Elsewhere",
    title: "",
    person: "Luz Rivera",
    algorithm: "",
    made_on: "2026-03-04",
    verified: null,
    problem: null,
    structures: [],
    findings: [],
    texts: [],
    ...other,
  };
}

import type { DicomJson } from "./dicomJson";
import { type Frame, framesOf } from "./frames";

const SAGITTAL = [0, 1, 0, 0, 0, -1];

/** What of a test's instance is other than plain. */
export interface Made {
  uid?: string;
  number?: number;
  position?: number[] | null;
  orientation?: number[];
  spacing?: number[] | null;
  frameOfReference?: string;
  window?: [number, number];
  modality?: string;
  frames?: number;
}

/** The header of a sagittal slice of 20 rows and 10 columns, for tests. */
export function header(made: Made = {}): DicomJson {
  const position = made.position === undefined ? [0, 0, 0] : made.position;
  const spacing = made.spacing === undefined ? [0.5, 0.25] : made.spacing;
  const value = (vr: string, ...values: unknown[]) => ({ vr, Value: values });
  return {
    "00080018": value("UI", made.uid ?? "1.1"),
    "00080060": value("CS", made.modality ?? "MR"),
    "00200013": value("IS", made.number ?? 1),
    "00200052": value("UI", made.frameOfReference ?? "1.9"),
    "00280010": value("US", 20),
    "00280011": value("US", 10),
    ...(made.frames ? { "00280008": value("IS", made.frames) } : {}),
    ...(spacing ? { "00280030": value("DS", ...spacing) } : {}),
    ...(position
      ? {
          "00200032": value("DS", ...position),
          "00200037": value("DS", ...(made.orientation ?? SAGITTAL)),
        }
      : {}),
    ...(made.window
      ? { "00281050": value("DS", made.window[0]), "00281051": value("DS", made.window[1]) }
      : {}),
  };
}

/** The frames of a series whose slices lie at these places along an axis. */
export function seriesAt(places: readonly (number | null)[], made: Made = {}, axis = 0): Frame[] {
  const headers = places.map((place, at) => {
    const position = place === null ? null : [0, 1, 2].map((k) => (k === axis ? place : 0));
    return header({ uid: `1.${made.frameOfReference ?? "x"}.${at}`, number: at + 1, ...made, position });
  });
  return framesOf(headers, "/series");
}

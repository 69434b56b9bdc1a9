/** An instance's header as DICOMweb gives it (DICOM PS3.18 annex F). */
export type DicomJson = Record<string, { vr: string; Value?: unknown[] } | undefined>;

export const TAG = {
  instanceUid: "00080018",
  frameOfReference: "00200052",
  instanceNumber: "00200013",
  frames: "00280008",
  rows: "00280010",
  columns: "00280011",
  spacing: "00280030",
  position: "00200032",
  orientation: "00200037",
  windowCentre: "00281050",
  windowWidth: "00281051",
  rescaleType: "00281054",
  modality: "00080060",
  sharedGroups: "52009229",
  frameGroups: "52009230",
} as const;

/** The functional group of an enhanced instance that holds an attribute (PS3.3 C.7.6.16.2). */
const GROUP_OF: Record<string, string> = {
  [TAG.position]: "00209113",
  [TAG.orientation]: "00209116",
  [TAG.spacing]: "00289110",
  [TAG.windowCentre]: "00289132",
  [TAG.windowWidth]: "00289132",
};

/** The attribute's numbers; `null` where it is missing or any of them is none. */
export function numbersOf(header: DicomJson, tag: string): number[] | null {
  const values = header[tag]?.Value;
  if (!values?.length) return null;
  const numbers = values.map(Number);
  return numbers.every(Number.isFinite) ? numbers : null;
}

export function numberOf(header: DicomJson, tag: string): number | null {
  return numbersOf(header, tag)?.[0] ?? null;
}

export function textOf(header: DicomJson, tag: string): string | null {
  const value = header[tag]?.Value?.[0];
  return typeof value === "string" && value !== "" ? value : null;
}

/** The attribute's numbers for one frame: its own functional group, the shared one, the header. */
export function frameNumbers(header: DicomJson, tag: string, frame: number): number[] | null {
  const group = GROUP_OF[tag];
  const own = header[TAG.frameGroups]?.Value?.[frame] as DicomJson | undefined;
  const shared = header[TAG.sharedGroups]?.Value?.[0] as DicomJson | undefined;
  for (const groups of group ? [own, shared] : []) {
    const item = groups?.[group as string]?.Value?.[0] as DicomJson | undefined;
    const found = item ? numbersOf(item, tag) : null;
    if (found) return found;
  }
  return numbersOf(header, tag);
}

import type { AddendumEntry, Filling, ReportEntry, Section } from "../api/types";

/** A section for tests. */
export function section(name: string, text: string, other: Partial<Section> = {}): Section {
  const title = name[0]?.toUpperCase() + name.slice(1).replace("-", " ");
  return { name, title, text, fixed: false, ...other };
}

export const SECTIONS: Section[] = [
  section("clinical-information", ""),
  section("findings", "L4-L5: herniation."),
  section("impression", "- L4-L5: herniation"),
  section("not-assessed", "Nobody looked.\n- Nerve roots\n- Tumour", { fixed: true }),
  section("models", "Research use.", { fixed: true }),
];

/** A draft for tests: number 3 of study 7, at its first edition. */
export function report(other: Partial<ReportEntry> = {}, texts: Record<string, string> = {}): ReportEntry {
  return {
    id: 3,
    study: 7,
    language: "en",
    state: "draft",
    edition: 1,
    sections: SECTIONS.map((one) => ({ ...one, text: texts[one.name] ?? one.text })),
    stale: false,
    changed_by: "Oscar Pena",
    changed_at: "2026-06-14T10:00:00Z",
    signed_name: null,
    signed_at: null,
    sha256: null,
    addenda: [],
    text: "MR lumbar spine\nUnsigned draft.",
    ...other,
  };
}

export function signed(other: Partial<ReportEntry> = {}): ReportEntry {
  return report({
    state: "signed",
    signed_name: "Clara Mora",
    signed_at: "2026-06-14T11:00:00Z",
    sha256: "0123456789abcdef".repeat(4),
    text: "MR lumbar spine\nSigned by Clara Mora.",
    ...other,
  });
}

export function addendum(other: Partial<AddendumEntry> = {}): AddendumEntry {
  return { id: 1, text: "On the left.", signed_name: "Clara Mora", signed_at: "2026-06-15T09:00:00Z", ...other };
}

export function filling(texts: Record<string, string>, other: Partial<Filling> = {}): Filling {
  const sections = SECTIONS.map((one) => ({ ...one, text: texts[one.name] ?? one.text }));
  return { edition: 1, basis: "b1", sections, ...other };
}

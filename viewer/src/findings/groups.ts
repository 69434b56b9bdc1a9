import type { FindingEntry } from "../api/types";
import { type Decision, drawnDecision } from "./decision";

/** The findings of one level, the weightiest first. */
export interface LevelGroup {
  /** The level's name; `null` for what is about the whole study. */
  level: string | null;
  indexFromCaudal: number | null;
  findings: readonly FindingEntry[];
}

const WEIGHT: Record<Decision, number> = {
  graded: 0,
  called: 1,
  abstained: 2,
  open: 3,
  notCalled: 4,
};

/** Findings by level, from the most caudal disc upwards, those of no level first. */
export function byLevel(
  findings: readonly FindingEntry[],
  threshold: number | null,
): LevelGroup[] {
  const groups = new Map<string, FindingEntry[]>();
  for (const finding of findings) {
    const key = `${finding.index_from_caudal ?? ""}/${finding.level ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()]
    .map((group) => ({
      level: group[0]?.level ?? null,
      indexFromCaudal: group[0]?.index_from_caudal ?? null,
      findings: group.toSorted((a, b) => before(a, b, threshold)),
    }))
    .toSorted((a, b) => (a.indexFromCaudal ?? 0) - (b.indexFromCaudal ?? 0));
}

function before(a: FindingEntry, b: FindingEntry, threshold: number | null): number {
  const weight = (one: FindingEntry) => WEIGHT[drawnDecision(one, threshold)];
  return weight(a) - weight(b) || (b.probability ?? 0) - (a.probability ?? 0) || a.id - b.id;
}

/** The findings in the order of the list that the list names: all but what was not called. */
export function listed(groups: readonly LevelGroup[], threshold: number | null): FindingEntry[] {
  return groups
    .flatMap((group) => group.findings)
    .filter((finding) => drawnDecision(finding, threshold) !== "notCalled");
}

/** The finding after or before the chosen one, around the end. */
export function stepped(
  findings: readonly FindingEntry[],
  chosen: number | null,
  by: 1 | -1,
): FindingEntry | null {
  if (findings.length === 0) return null;
  const at = findings.findIndex((finding) => finding.id === chosen);
  const first = by === 1 ? 0 : findings.length - 1;
  const next = at < 0 ? first : (at + by + findings.length) % findings.length;
  return findings[next] ?? null;
}

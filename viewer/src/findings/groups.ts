import { type Decision, isFolded, modelDecision } from "./decision";
import type { StandingFinding } from "./standing";

/** The findings of one level, the weightiest first. */
export interface LevelGroup {
  /** The level's name; `null` for what is about the whole study. */
  level: string | null;
  indexFromCaudal: number | null;
  findings: readonly StandingFinding[];
}

const WEIGHT: Record<Decision, number> = {
  graded: 0,
  called: 1,
  abstained: 2,
  open: 3,
  notCalled: 4,
  rejected: 4,
};

/** Findings by level, from the most caudal disc upwards, those of no level first. */
export function byLevel(
  findings: readonly StandingFinding[],
  threshold: number | null,
): LevelGroup[] {
  const groups = new Map<string, StandingFinding[]>();
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

function before(a: StandingFinding, b: StandingFinding, threshold: number | null): number {
  // By what the models said, so that no row jumps away from the reader who corrects it.
  const weight = (one: StandingFinding) =>
    one.read?.added ? ADDED : WEIGHT[modelDecision(one, threshold)];
  return weight(a) - weight(b) || (b.probability ?? 0) - (a.probability ?? 0) || a.id - b.id;
}

const ADDED = 2.5;

/** The findings in the order of the list that the list names: all but what is folded away. */
export function listed(groups: readonly LevelGroup[], threshold: number | null): StandingFinding[] {
  return groups
    .flatMap((group) => group.findings)
    .filter((finding) => !isFolded(finding, threshold));
}

/** The finding after or before the chosen one, around the end. */
export function stepped(
  findings: readonly StandingFinding[],
  chosen: number | null,
  by: 1 | -1,
): StandingFinding | null {
  if (findings.length === 0) return null;
  const at = findings.findIndex((finding) => finding.id === chosen);
  const first = by === 1 ? 0 : findings.length - 1;
  const next = at < 0 ? first : (at + by + findings.length) % findings.length;
  return findings[next] ?? null;
}

import type { ObservationEntry } from "../api/types";

/** An observation with those whose place it took, the latest of them first. */
export interface Told {
  entry: ObservationEntry;
  before: readonly ObservationEntry[];
}

/** A patient's observations as they are read: what stands, and what was taken back. */
export interface History {
  standing: Told[];
  withdrawn: Told[];
}

/** Puts each observation together with the ones before it; the order stays. */
export function historyOf(entries: readonly ObservationEntry[]): History {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const told = entries
    .filter(({ superseded }) => !superseded)
    .map((entry) => ({ entry, before: beforeOf(entry, byId) }));
  return {
    standing: told.filter(({ entry }) => !entry.withdrawn),
    withdrawn: told.filter(({ entry }) => entry.withdrawn),
  };
}

function beforeOf(
  entry: ObservationEntry,
  byId: ReadonlyMap<number, ObservationEntry>,
): ObservationEntry[] {
  const before: ObservationEntry[] = [];
  for (let at = entry.supersedes; at !== null; ) {
    const earlier = byId.get(at);
    if (!earlier || before.includes(earlier)) break;
    before.push(earlier);
    at = earlier.supersedes;
  }
  return before;
}

/** A red flag: when it was told last, and what was said at the same question since. */
export interface RedFlag {
  flag: string;
  on: string | null;
  since: { value: string; on: string | null } | null;
}

/** The red flags that stand, each once; none is dropped because somebody said otherwise later. */
export function standingRedFlags(entries: readonly ObservationEntry[]): RedFlag[] {
  const flags = new Map<string, RedFlag>();
  const standing = historyOf(entries).standing.map(({ entry }) => entry);
  for (const [at, entry] of standing.entries()) {
    for (const flag of entry.red_flags) {
      if (flags.has(flag)) continue;
      const later = standing.slice(0, at).filter(({ form }) => form === entry.form);
      flags.set(flag, { flag, on: entry.observed_on, since: saidSince(entry, flag, later) });
    }
  }
  return [...flags.values()];
}

/** The latest answer to the question that a flag is an answer to. */
function saidSince(
  { shown }: ObservationEntry,
  flag: string,
  later: readonly ObservationEntry[],
): RedFlag["since"] {
  const question = shown.find(([label, value]) => flag === label || flag === `${label}: ${value}`)?.[0];
  for (const { shown: answers, observed_on: on } of later) {
    const value = answers.find(([label]) => label === question)?.[1];
    if (value !== undefined) return { value, on };
  }
  return null;
}

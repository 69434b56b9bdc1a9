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

/** The red flags that stand, each once, with the latest day that it was told. */
export function standingRedFlags(
  entries: readonly ObservationEntry[],
): { flag: string; on: string | null }[] {
  const flags = new Map<string, string | null>();
  for (const { entry } of historyOf(entries).standing) {
    for (const flag of entry.red_flags) if (!flags.has(flag)) flags.set(flag, entry.observed_on);
  }
  return [...flags].map(([flag, on]) => ({ flag, on }));
}

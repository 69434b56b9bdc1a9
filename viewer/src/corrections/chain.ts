import type { LevelTerm } from "../api/types";

/** The names of a run's discs by their index from caudal, in order; `null` where none is left. */
export type Chain = ReadonlyMap<number, string | null>;

/**
 * Names a chain from one disc: the others follow, without a gap.
 *
 * @param levels - All that there are, from caudal to cranial.
 * @param indices - Of the discs, from caudal, in order; one that is left out was not found, and
 * counts as a disc.
 * @param from - The disc that is named, and its name.
 */
export function chainFrom(
  levels: readonly LevelTerm[],
  indices: readonly number[],
  from: { index: number; name: string },
): Chain {
  const last = Math.max(...indices, from.index);
  const names = new Map<number, string | null>([[from.index, from.name]]);
  for (let at = from.index + 1; at <= last; at++) {
    names.set(at, nextTo(levels, names.get(at - 1) ?? null, 1));
  }
  for (let at = from.index - 1; at >= 1; at--) {
    names.set(at, nextTo(levels, names.get(at + 1) ?? null, -1));
  }
  return new Map(indices.map((index) => [index, names.get(index) ?? null]));
}

/** The level above or below a level; of two, the one of a spine with five lumbar vertebrae. */
export function nextTo(
  levels: readonly LevelTerm[],
  name: string | null,
  by: 1 | -1,
): string | null {
  const here = levels.find((level) => level.name === name);
  if (!here) return null;
  const beside = levels.filter((level) =>
    by === 1 ? level.below === here.above : level.above === here.below,
  );
  return (beside.find(({ usual }) => usual) ?? beside[0])?.name ?? null;
}

/** The chain with each disc named as the one above or below it would be; `null` at an end. */
export function shifted(levels: readonly LevelTerm[], chain: Chain, by: 1 | -1): Chain | null {
  const [lowest] = chain;
  const name = lowest ? nextTo(levels, lowest[1], by) : null;
  if (!lowest || !name) return null;
  const next = chainFrom(levels, [...chain.keys()], { index: lowest[0], name });
  return isWhole(next) ? next : null;
}

export function isWhole(chain: Chain): boolean {
  return [...chain.values()].every((name) => name !== null && name !== "");
}

/** How many discs are called otherwise in one chain than in the other. */
export function differences(chain: Chain, other: Chain): number {
  return [...chain].filter(([index, name]) => (other.get(index) ?? "") !== (name ?? "")).length;
}

/** The chain as a statement takes it. */
export function namesOf(chain: Chain): Record<string, string> {
  return Object.fromEntries([...chain].map(([index, name]) => [String(index), name ?? ""]));
}

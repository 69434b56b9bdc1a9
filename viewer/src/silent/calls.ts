import type { AskedFinding, Beside, OwnCallValue } from "../api/types";

/** A reader's calls while they are being made: by finding and level. */
export type Calls = ReadonlyMap<string, boolean | number>;

/** Where a finding may be called; `""` is the whole study. */
export function placesOf(asked: readonly AskedFinding[]): string[] {
  const levels = [...new Set(asked.flatMap((one) => one.levels))];
  return asked.some((one) => one.levels.length === 0) ? [...levels, ""] : levels;
}

/** The findings that may be called at a place. */
export function askedAt(asked: readonly AskedFinding[], place: string): AskedFinding[] {
  return asked.filter(({ levels }) => (place ? levels.includes(place) : levels.length === 0));
}

export function keyOf(name: string, place: string): string {
  return `${place}/${name}`;
}

/** The calls with one put in, or taken out where there is no value. */
export function withCall(calls: Calls, key: string, value: boolean | number | null): Calls {
  const next = new Map(calls);
  if (value === null) next.delete(key);
  else next.set(key, value);
  return next;
}

/** The calls with "no" for each yes-or-no finding of a place that has none yet. */
export function withRestNo(calls: Calls, asked: readonly AskedFinding[], place: string): Calls {
  const next = new Map(calls);
  for (const { name, grades } of askedAt(asked, place)) {
    const key = keyOf(name, place);
    if (grades.length === 0 && !next.has(key)) next.set(key, false);
  }
  return next;
}

/** How many calls there are at a place. */
export function countAt(calls: Calls, place: string): number {
  return [...calls.keys()].filter((key) => key.startsWith(`${place}/`)).length;
}

/** The calls as the service takes them. */
export function valuesOf(calls: Calls): OwnCallValue[] {
  return [...calls].map(([key, value]) => {
    const at = key.indexOf("/");
    return { name: key.slice(at + 1), level: key.slice(0, at) || null, value };
  });
}

/** What both said, and what the reader did not call. */
export function sides(beside: readonly Beside[]): { both: Beside[]; rest: Beside[] } {
  return {
    both: beside.filter(({ own }) => own !== null),
    rest: beside.filter(({ own }) => own === null),
  };
}

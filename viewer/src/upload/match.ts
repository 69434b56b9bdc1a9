import type { FileEntry } from "../api/types";
import type { Chosen } from "./gather";

/** Files that are to be sent, by their number in the upload. */
export type Matched = Map<number, File>;

/**
 * Finds the files that an upload still waits for among those that were chosen.
 *
 * A file is the same when path and size are; where somebody chose another folder of the path, the
 * last part of the name and the size decide, as long as only one file has them.
 */
export function match(waiting: readonly FileEntry[], chosen: readonly Chosen[]): Matched {
  const byPath = new Map(chosen.map(({ name, file }) => [keyOf(name, file.size), file]));
  const byLast = onlyOnes(chosen.map(({ name, file }) => [lastKeyOf(name, file.size), file]));
  const asked = onlyOnes(waiting.map(({ name, size, id }) => [lastKeyOf(name, size), id]));
  const found: Matched = new Map();
  for (const { id, name, size } of waiting) {
    const alone = asked.get(lastKeyOf(name, size)) === id;
    const file = byPath.get(keyOf(name, size)) ?? (alone ? byLast.get(lastKeyOf(name, size)) : null);
    if (file) found.set(id, file);
  }
  return found;
}

function keyOf(name: string, size: number): string {
  return `${size} ${name}`;
}

function lastKeyOf(name: string, size: number): string {
  return keyOf(name.split("/").at(-1) ?? name, size);
}

function onlyOnes<T>(pairs: [string, T][]): Map<string, T> {
  const found = new Map<string, T>();
  const twice = new Set<string>();
  for (const [key, value] of pairs) {
    if (found.has(key)) twice.add(key);
    found.set(key, value);
  }
  for (const key of twice) found.delete(key);
  return found;
}

import { expect, test } from "vitest";
import type { FileEntry } from "../api/types";
import type { Chosen } from "./gather";
import { match } from "./match";

function waiting(id: number, name: string, size: number): FileEntry {
  return { id, name, size, state: "waiting", reason: null, study: null };
}

function chosen(name: string, size: number): Chosen {
  return { name, file: new File(["x".repeat(size)], name) };
}

test("a file is the same by its path and size", () => {
  const files = [chosen("s/IM1", 3), chosen("s/IM2", 4)];
  const found = match([waiting(1, "s/IM1", 3), waiting(2, "s/IM2", 4)], files);
  expect([...found]).toEqual([
    [1, files[0]?.file],
    [2, files[1]?.file],
  ]);
});

test("a file that changed its size is another file", () => {
  expect(match([waiting(1, "s/IM1", 3)], [chosen("s/IM1", 5)]).size).toBe(0);
});

test("a file chosen from a folder further in is found where it is the only one", () => {
  expect(match([waiting(1, "cd/s/IM1", 3)], [chosen("IM1", 3)]).size).toBe(1);
});

test("two files of one name and size are never taken for each other", () => {
  const both = [waiting(1, "a/IM1", 3), waiting(2, "b/IM1", 3)];
  expect(match(both, [chosen("IM1", 3)]).size).toBe(0);
  expect(match([waiting(1, "x/IM1", 3)], [chosen("a/IM1", 3), chosen("b/IM1", 3)]).size).toBe(0);
  expect(match(both, [chosen("a/IM1", 3), chosen("b/IM1", 3)]).size).toBe(2);
});

test("names that differ only by where a blank is are not mixed up", () => {
  expect(match([waiting(1, "1 a", 2)], [chosen("a", 21)]).size).toBe(0);
});

import { expect, test } from "vitest";
import { historyOf, standingRedFlags } from "./history";
import { entry } from "./testing";

const ids = (told: readonly { entry: { id: number }; before: readonly { id: number }[] }[]) =>
  told.map(({ entry: { id }, before }) => [id, ...before.map((one) => one.id)]);

test("what was said anew stands once, with all that it took the place of behind it", () => {
  const entries = [
    entry(5),
    entry(4, { supersedes: 2 }),
    entry(2, { supersedes: 1, superseded: true }),
    entry(1, { superseded: true }),
  ];
  expect(ids(historyOf(entries).standing)).toEqual([[5], [4, 2, 1]]);
  expect(historyOf(entries).withdrawn).toEqual([]);
});

test("what was withdrawn stands apart, with what it takes back", () => {
  const entries = [
    entry(3, { withdrawn: true, supersedes: 2 }),
    entry(2, { superseded: true }),
    entry(1),
  ];
  expect(ids(historyOf(entries).withdrawn)).toEqual([[3, 2]]);
  expect(ids(historyOf(entries).standing)).toEqual([[1]]);
});

test("an observation that names one that is not there, or itself, is still shown", () => {
  const entries = [entry(2, { supersedes: 99 }), entry(1, { supersedes: 1 })];
  expect(ids(historyOf(entries).standing)).toEqual([[2], [1, 1]]);
});

test("red flags that stand are told once, with their latest day, and no other", () => {
  const entries = [
    entry(5, { red_flags: ["Fever"], observed_on: "2026-05-01" }),
    entry(4, { red_flags: ["Fever", "Saddle"], observed_on: "2026-04-01" }),
    entry(3, { red_flags: ["Weight loss"], withdrawn: true }),
    entry(2, { red_flags: ["Cancer"], superseded: true }),
  ];
  expect(standingRedFlags(entries)).toEqual([
    { flag: "Fever", on: "2026-05-01" },
    { flag: "Saddle", on: "2026-04-01" },
  ]);
  expect(standingRedFlags([])).toEqual([]);
});

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
    { flag: "Fever", on: "2026-05-01", since: null },
    { flag: "Saddle", on: "2026-04-01", since: null },
  ]);
  expect(standingRedFlags([])).toEqual([]);
});

test("what was said at the same question since a red flag is told with it, by the same form alone", () => {
  const entries = [
    entry(6, { form: "knee", shown: [["Fever", "knee's no"]], observed_on: "2026-06-02" }),
    entry(5, { shown: [["Fever", "no"]], observed_on: "2026-06-01" }),
    entry(4, { shown: [["Leg pain", "2 / 10"]], observed_on: "2026-05-01" }),
    entry(3, {
      shown: [["Fever", "yes"], ["Plantar response (left)", "extensor"]],
      red_flags: ["Fever", "Plantar response (left): extensor"],
      observed_on: "2026-04-01",
    }),
  ];
  expect(standingRedFlags(entries)).toEqual([
    { flag: "Fever", on: "2026-04-01", since: { value: "no", on: "2026-06-01" } },
    { flag: "Plantar response (left): extensor", on: "2026-04-01", since: null },
  ]);
});

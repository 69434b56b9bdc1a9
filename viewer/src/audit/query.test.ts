import { expect, test } from "vitest";
import { audit as en } from "../words/en/audit";
import { ACTS, groupsOf } from "./acts";
import { addressOf, askedOf, EVERYTHING, exportAddress, isNarrowed, queryOf } from "./query";
import { toTheSecond } from "./time";

test("what is asked for is the same after it was an address", () => {
  const asked = { ...EVERYTHING, user: "3", action: "study.", from: "2026-03-29" };
  expect(askedOf(addressOf(asked))).toEqual(asked);
  expect(isNarrowed(askedOf(new URLSearchParams("other=1")))).toBe(false);
  expect(isNarrowed(asked)).toBe(true);
});

test("a day is asked for from its midnight here to the next", () => {
  const { since, until } = queryOf({ ...EVERYTHING, from: "2026-03-28", to: "2026-03-28" });
  expect(new Date(since ?? "").getHours()).toBe(0);
  expect(new Date(until ?? "").getDate()).toBe(29);
  expect(Date.parse(until ?? "") - Date.parse(since ?? "")).toBe(86_400_000);
});

test.each(["", "0", "007", "x", "99999999999"])("'%s' is no number of a study", (study) => {
  expect(queryOf({ ...EVERYTHING, study })).toEqual({});
});

test.each(["", "2026", "2026-", "0002-01-01", "yesterday"])("'%s' is no day yet", (from) => {
  expect(queryOf({ ...EVERYTHING, from })).toEqual({});
});

test("what is exported is what is listed", () => {
  expect(exportAddress(EVERYTHING)).toBe("/api/v1/audit/export");
  expect(exportAddress({ ...EVERYTHING, patient: "4", action: "study." })).toBe(
    "/api/v1/audit/export?patient=4&action=study.",
  );
});

test("acts are grouped by what they begin with, and each group has a name", () => {
  expect(groupsOf(["a.x", "b.x", "a.y"])).toEqual([
    ["a", ["a.x", "a.y"]],
    ["b", ["b.x"]],
  ]);
  for (const [group] of groupsOf(ACTS)) expect(en).toHaveProperty([`audit.group.${group}`]);
});

test.each([
  ["Europe/Madrid", "2026-07-01T10:00:05Z", "01 Jul 2026, 12:00:05 GMT+2"],
  ["Europe/Madrid", "2026-01-01T10:00:05Z", "01 Jan 2026, 11:00:05 GMT+1"],
  ["Asia/Kolkata", "2026-01-01T18:30:00Z", "02 Jan 2026, 00:00:00 GMT+5:30"],
])("in %s the instant %s is %s: each time says its own offset", (zone, iso, shown) => {
  expect(toTheSecond(iso, "en", zone)).toBe(shown);
});

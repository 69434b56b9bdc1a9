import { expect, test } from "vitest";
import { addressOf, type Asked, askedOf, isNarrowed, NOTHING, queryOf } from "./query";

const ALL: Asked = {
  search: "garcía 12/3",
  state: "read",
  anatomy: "knee",
  priority: "urgent",
  source: "pacs",
  first: "2026-03-01",
  last: "2026-03-31",
  sort: "patient",
};
const NONE: Asked = { ...NOTHING, sort: "received" };

test.each([ALL, NONE])("what is asked for comes back from the address as it was", (asked) => {
  expect(askedOf(addressOf(asked))).toEqual(asked);
});

test("the usual list has a bare address", () => {
  expect(addressOf(NONE).toString()).toBe("");
});

test("what no address of the page would hold is dropped", () => {
  const wrong = "state=lost&priority=soon&sort=findings&first=2026-13-45&last=soon&search=x";
  const address = new URLSearchParams(wrong);
  expect(askedOf(address)).toEqual({ ...NONE, search: "x" });
});

test("the service is asked only for what narrows the list", () => {
  expect(queryOf(NONE, null)).toEqual({ sort: "received", limit: 50 });
  expect(queryOf({ ...NONE, search: "  " }, null)).toEqual({ sort: "received", limit: 50 });
  const { first, last, ...same } = ALL;
  const days = { first_date: first, last_date: last };
  expect(queryOf(ALL, "after-this")).toEqual({ ...same, ...days, limit: 50, after: "after-this" });
});

test("an order alone narrows nothing", () => {
  expect(isNarrowed({ ...NONE, sort: "date" })).toBe(false);
  for (const name of Object.keys(NOTHING) as (keyof typeof NOTHING)[])
    expect(isNarrowed({ ...NONE, [name]: ALL[name] }), name).toBe(true);
});

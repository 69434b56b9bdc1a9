import { expect, test } from "vitest";
import { addressOf, type Asked, askedOf, isNarrowed, queryOf } from "./query";

const ALL: Asked = {
  search: "garcía 12/3",
  state: "read",
  anatomy: "knee",
  priority: "urgent",
  source: "pacs",
  sort: "patient",
};
const NONE: Asked = {
  search: "",
  state: "",
  anatomy: "",
  priority: "",
  source: "",
  sort: "received",
};

test.each([ALL, NONE])("what is asked for comes back from the address as it was", (asked) => {
  expect(askedOf(addressOf(asked))).toEqual(asked);
});

test("the usual list has a bare address", () => {
  expect(addressOf(NONE).toString()).toBe("");
});

test("what no address of the page would hold is dropped", () => {
  const address = new URLSearchParams("state=lost&priority=soon&sort=findings&search=x");
  expect(askedOf(address)).toEqual({ ...NONE, search: "x" });
});

test("the service is asked only for what narrows the list", () => {
  expect(queryOf(NONE, null)).toEqual({ sort: "received", limit: 50 });
  expect(queryOf({ ...NONE, search: "  " }, null)).toEqual({ sort: "received", limit: 50 });
  expect(queryOf(ALL, "after-this")).toEqual({ ...ALL, limit: 50, after: "after-this" });
});

test("an order alone narrows nothing", () => {
  expect(isNarrowed({ ...NONE, sort: "date" })).toBe(false);
  for (const name of ["search", "state", "anatomy", "priority", "source"] as const)
    expect(isNarrowed({ ...NONE, [name]: ALL[name] }), name).toBe(true);
});

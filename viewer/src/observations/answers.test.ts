import { expect, test } from "vitest";
import { wordsOf } from "../words";
import {
  answersOf,
  faultOf,
  faultsOf,
  isAnswered,
  keysOf,
  notAskedAnyMore,
  numberOf,
  sideOf,
  toldFaults,
  unitSign,
  valuesOf,
  wayOf,
} from "./answers";
import { BACK, field } from "./testing";

const { say } = wordsOf("en", () => undefined);

test("numbers are read as either language writes them, and nothing else is a number", () => {
  expect(["7", " 7.5 ", "7,5", ".5", "-3", "+2"].map(numberOf)).toEqual([7, 7.5, 7.5, 0.5, -3, 2]);
  for (const text of ["", "7a", "1e3", "1.2.3", "0x10", "Infinity", "--1", "7 5"]) {
    expect(numberOf(text), text).toBeNull();
  }
});

test("a grade is a button, a scale of 0 to 10 a slider, any other number is typed", () => {
  expect(wayOf(field({ high: 5 }))).toBe("grades");
  expect(wayOf(field())).toBe("scale");
  expect(wayOf(field({ high: 100 }))).toBe("typed");
  expect(wayOf(field({ kind: "number" }))).toBe("typed");
  expect(wayOf(field({ kind: "yes-no" }))).toBe("yes-no");
});

test("a sided field is answered left and right apart", () => {
  expect(keysOf(field({ sided: true }))).toEqual(["leg-pain.left", "leg-pain.right"]);
  expect(keysOf(field())).toEqual(["leg-pain"]);
  expect([sideOf("power.right"), sideOf("power")]).toEqual(["right", null]);
});

test("a unit is read as people write it, and a note in braces is none", () => {
  expect(["deg", "{score}", "%", "m", "kg/m2", null].map(unitSign)).toEqual([
    "°", "", "%", "m", "kg/m2", "",
  ]);
});

test("no is an answer; nothing, blanks and an empty list are none", () => {
  expect([false, "0", ["a"]].map((one) => isAnswered(one))).toEqual([true, true, true]);
  expect([undefined, "", "  ", []].map((one) => isAnswered(one))).toEqual([false, false, false, false]);
});

test("a number outside its range, with a fraction or with letters is told as it is typed", () => {
  const raise = field({ kind: "number", unit: "deg", high: 90 });
  expect(faultOf(raise, "90", say)).toBe("");
  expect(faultOf(raise, "90.5", say)).toBe("Outside 0 to 90 °");
  expect(faultOf(raise, "steep", say)).toBe("A number from 0 to 90 °");
  expect(faultOf(field(), "7.5", say)).toBe("A whole number from 0 to 10");
  expect(faultOf(field(), "-1", say)).toBe("Outside 0 to 10");
  expect(faultOf(field(), "", say)).toBe("");
  expect(faultOf(field({ kind: "text" }), "x".repeat(2001), say)).toBe("At most 2000 characters");
});

test("faults are told by key, so that a side is told apart", () => {
  expect(faultsOf(BACK, { "raise.left": "95", "raise.right": "35" }, say)).toEqual({
    "raise.left": "Outside 0 to 90 °",
  });
});

test("what is sent has numbers as numbers, in the form's order, and leaves out what was not asked", () => {
  const values = valuesOf(BACK, {
    "raise.left": "35,5",
    saddle: false,
    "leg-pain": "7",
    tender: ["midline"],
    remark: "  ",
    onset: "gradual",
    elsewhere: "no field of this form",
  });
  expect(Object.entries(values)).toEqual([
    ["leg-pain", 7],
    ["onset", "gradual"],
    ["saddle", false],
    ["raise.left", 35.5],
    ["tender", ["midline"]],
  ]);
});

test("a correction begins with the old answers, and names those that are not asked any more", () => {
  const old = { "leg-pain": 7, saddle: true, tender: ["midline"], smell: "odd" };
  expect(answersOf(BACK, old)).toEqual({ "leg-pain": "7", saddle: true, tender: ["midline"] });
  expect(notAskedAnyMore(BACK, old)).toEqual(["smell"]);
  expect(valuesOf(BACK, answersOf(BACK, old))).toEqual({
    "leg-pain": 7, saddle: true, tender: ["midline"],
  });
});

test("what the service says of fields is told at them, and what it says of others is not", () => {
  const found =
    "leg-pain: needs a whole number from 0 to 10; observed_on: a day that is yet to come; neither: x; body.values.odi-total: too: much";
  expect(toldFaults(found, ["leg-pain", "observed_on", "odi-total"])).toEqual({
    "leg-pain": "needs a whole number from 0 to 10",
    observed_on: "a day that is yet to come",
    "odi-total": "too: much",
  });
  expect(toldFaults("no field at all", ["leg-pain"])).toEqual({});
});

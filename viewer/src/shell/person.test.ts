import { expect, test } from "vitest";
import { ageAt, personName } from "./person";

test.each([
  ["García^Lena", "García, Lena"],
  ["García^Lena^María^Dra", "García, Lena María"],
  ["Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou"],
  ["Weber", "Weber"],
  ["^Lena", "Lena"],
  [" Weber ^ Lena ", "Weber, Lena"],
  ["", ""],
  ["^^^", ""],
])("the name '%s' is shown as '%s'", (name, shown) => {
  expect(personName(name)).toBe(shown);
});

test.each([
  ["1970-06-15", "2026-06-14", 55],
  ["1970-06-15", "2026-06-15", 56],
  ["1970-06-15", "2026-05-30", 55],
  ["2026-06-15", "2026-06-14", null],
  [null, "2026-06-14", null],
  ["1970-06-15", null, null],
] as const)("somebody born %s is, on %s, %s years old", (birth, day, age) => {
  expect(ageAt(birth, day)).toBe(age);
});

import { expect, test } from "vitest";
import { compared } from "./comparing";

const marked = (text: string, other: string) =>
  compared(text, other).map((line) =>
    line.map(({ text: piece, differs }) => (differs ? `[${piece}]` : piece)).join(""),
  );

test("words that the other text lacks are marked, and those that stand in both are not", () => {
  const before = "L5-S1: grade 3; bulge.\nL4-L5: grade 4.";
  const after = "L5-S1: grade 5; bulge.\nL4-L5: grade 4.";
  expect(marked(after, before)).toEqual(["L5-S1: grade[ 5;] bulge.", "L4-L5: grade 4."]);
  expect(marked(before, after)).toEqual(["L5-S1: grade[ 3;] bulge.", "L4-L5: grade 4."]);
});

test("a line that was added is marked whole, and blank lines are left out", () => {
  expect(marked("One.\n\nTwo here.", "One.")).toEqual(["One.", "[Two here.]"]);
});

test("equal texts have nothing marked, and nothing has no lines", () => {
  expect(marked("a b\nc", "a b\nc")).toEqual(["a b", "c"]);
  expect(marked("  \n ", "a")).toEqual([]);
});

test("nothing is marked of texts too long to be compared while somebody waits", () => {
  const long = "word ".repeat(3000);
  expect(marked(long, `other ${long}`)[0]).not.toContain("[");
});

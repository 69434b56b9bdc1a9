import { expect, test } from "vitest";
import { byPlace, openItems, restNo, shareText, valueOfKey, valueText } from "./answering";
import { timeText } from "./time";
import type { Item, Question } from "./types";

const choice = (value: number | boolean, label = String(value)) => ({ value, label, hint: "" });
const GRADE: Question = {
  name: "acl",
  title: "ACL",
  anatomy: "knee",
  kind: "grade",
  choices: [choice(0, "intact"), choice(1, "partial")],
  levels: [],
};
const CALL: Question = { ...GRADE, name: "slip", kind: "presence", choices: [choice(false, "no"), choice(true, "yes")] };
const item = (question: string, level: string | null): Item => ({
  key: level ? `${question}@${level}` : question,
  question,
  level,
});

test("a time is minutes and seconds", () => {
  expect([0, 59.6, 61, 3723, -3].map(timeText)).toEqual(["0:00", "1:00", "1:01", "62:03", "0:00"]);
});

test("a key gives the answer of its question, and no other", () => {
  expect(["0", "1", "2", "y", "u", "?"].map((key) => valueOfKey(GRADE, key))).toEqual([
    0, 1, undefined, undefined, null, null,
  ]);
  expect(["y", "s", "n", "1", "0", "5", "u"].map((key) => valueOfKey(CALL, key))).toEqual([
    true, true, false, true, false, undefined, null,
  ]);
});

test("a value is said by its choice, and as it is where there is none", () => {
  expect(valueText(GRADE, 1)).toBe("partial");
  expect(valueText(CALL, false)).toBe("no");
  expect(valueText(undefined, 3)).toBe("3");
  expect(valueText(GRADE, null)).toBe("–");
});

test("a probability has two decimals, and is never said to be nothing", () => {
  expect([0.0361, 0.004, 0, 1, 0.995].map((share) => shareText(share, String))).toEqual([
    "0.04", "< 0.01", "< 0.01", "1", "1",
  ]);
});

test("items stand by place in their order", () => {
  const items = [item("acl", null), item("slip", "L4-L5"), item("slip", "L5-S1")];
  expect(byPlace(items).map(({ level, items: of }) => [level, of.length])).toEqual([
    [null, 1],
    ["L4-L5", 1],
    ["L5-S1", 1],
  ]);
});

test("that one cannot tell is an answer, and is not taken for no", () => {
  const items = [item("acl", null), item("slip", "L4-L5"), item("slip", "L5-S1")];
  const answers = { "slip@L4-L5": null };
  expect(openItems(items, answers).map(({ key }) => key)).toEqual(["acl", "slip@L5-S1"]);
  expect(restNo(items, [GRADE, CALL], answers)).toEqual({ "slip@L4-L5": null, "slip@L5-S1": false });
});

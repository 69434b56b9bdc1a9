import { expect, test } from "vitest";
import { en } from "./en";
import { es } from "./es";
import { fill, firstLanguage, isLanguage, wordsOf } from "./index";

const WORDS = Object.keys(en) as (keyof typeof en)[];
const values = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();
const keeping = (kept: string | null) => ({ getItem: () => kept });
const none = () => undefined;

test("both languages have the same words", () => {
  expect(Object.keys(es).toSorted()).toEqual(WORDS.toSorted());
});

test("no text is empty", () => {
  for (const word of WORDS) {
    expect(en[word].trim(), word).not.toBe("");
    expect(es[word].trim(), word).not.toBe("");
  }
});

test("each text asks for the same values in both languages", () => {
  for (const word of WORDS) expect(values(es[word]), word).toEqual(values(en[word]));
});

test("a word that counts has both forms", () => {
  for (const word of WORDS) {
    if (word.endsWith(".one")) expect(WORDS).toContain(word.replace(/\.one$/, ".other"));
  }
});

test("values stand where the text asks for them, and one that lacks stays to be seen", () => {
  expect(fill("{a} of {b}", { a: 3 })).toBe("3 of {b}");
});

test("one thing is counted in the singular, and none and many in the plural", () => {
  const { count } = wordsOf("en", none);
  expect([0, 1, 2].map((n) => count("worklist.count", n))).toEqual([
    "0 studies",
    "1 study",
    "2 studies",
  ]);
  expect(wordsOf("es", none).count("worklist.count", 1)).toBe("1 estudio");
});

test("a bare date stays on its day in each zone", () => {
  expect(wordsOf("en", none).date("2026-03-01")).toBe("01 Mar 2026");
});

test("how long ago is said in the largest unit that fits", () => {
  const { ago } = wordsOf("en", none);
  const now = Date.parse("2026-06-14T12:00:00Z");
  expect(ago("2026-06-14T11:59:40Z", now)).toBe("this minute");
  expect(ago("2026-06-14T11:18:00Z", now)).toMatch(/^42 min/);
  expect(ago("2026-06-14T09:30:00Z", now)).toMatch(/^2 h/);
  expect(ago("2026-06-11T12:00:00Z", now)).toBe("3 days ago");
});

test("a name of the service that has no text yet is shown as it is", () => {
  const { name } = wordsOf("en", none);
  expect(name("anatomy", "knee")).toBe("Knee");
  expect(name("anatomy", "left-thumb")).toBe("left-thumb");
});

test("the language is the one that was chosen here, else the browser's", () => {
  expect(firstLanguage(keeping("es"), "en-GB")).toBe("es");
  expect(firstLanguage(keeping(null), "es-MX")).toBe("es");
  expect(firstLanguage(keeping(null), "de-DE")).toBe("en");
  expect(firstLanguage(keeping("klingon"), "es")).toBe("es");
});

test("only the two languages are languages", () => {
  expect(["en", "es", "fr", 3, null].filter(isLanguage)).toEqual(["en", "es"]);
});

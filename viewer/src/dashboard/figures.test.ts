import { expect, test } from "vitest";
import { wordsOf } from "../words";
import { countsBy, duration, part, percent, periodName, roundUp, roundUpCount, roundUpTime } from "./figures";

const en = wordsOf("en", () => undefined);
const es = wordsOf("es", () => undefined);

test.each([
  [40, "40 s"],
  [100, "1.7 min"],
  [5400, "1.5 h"],
  [90_000, "25 h"],
  [260_000, "3 d"],
])("%d seconds are written as %s", (seconds, text) => {
  expect(duration(en, seconds)).toBe(text);
});

test("a share has its interval, and none where there is none", () => {
  const share = { value: 0.815, low: 0.7, high: 0.9, n: 20, method: "", unit: "finding" };
  expect(percent(en, share)).toBe("82 % (70–90)");
  expect(percent(en, { ...share, low: null, high: null })).toBe("82 %");
  expect(percent(en, { ...share, value: null })).toBe("–");
  expect(percent(es, { ...share, value: 0.015, low: 0.001, high: 0.08 })).toBe("1,5 % (0,1–8)");
});

test("a part of nothing is no number", () => {
  expect(part(en, 1, 3)).toBe("33.3 %");
  expect(part(en, 0, 0)).toBe("–");
});

test("periods are named in UTC, January with its year", () => {
  expect(periodName("2026-01-01T00:00:00Z", "month", "en")).toBe("Jan 26");
  expect(periodName("2026-03-01T00:00:00Z", "month", "es")).toBe("mar");
  expect(periodName("2026-03-02T00:00:00Z", "week", "en")).toBe("2 Mar");
});

test("counts are by region, the most frequent first, over all periods", () => {
  const one = { anatomy: "knee", source: "pacs", count: 2, period: 1 };
  const volume = [one, { ...one, anatomy: null, count: 5 }, { ...one, source: "upload", period: 0 }];
  expect(countsBy(volume, 3, "anatomy")).toEqual([
    { name: null, values: [0, 5, 0] },
    { name: "knee", values: [2, 2, 0] },
  ]);
  expect(countsBy(volume, 3, "source")[0]?.name).toBe("pacs");
});

test.each([
  [0, 1],
  [7, 10],
  [81, 100],
  [101, 200],
  [450, 500],
])("an axis up to %d ends at %d", (value, top) => {
  expect(roundUp(value)).toBe(top);
});

test.each([
  [0, 2],
  [1, 2],
  [4, 4],
  [5, 6],
  [9, 10],
  [450, 500],
])("an axis of up to %d studies ends at %d, and shows no half of one", (count, top) => {
  expect(roundUpCount(count)).toBe(top);
});

test.each([
  [0, 10],
  [250, 600],
  [5000, 7200],
  [50_000, 86_400],
  [100_000, 172_800],
])("an axis of times up to %d s ends at %d s", (value, top) => {
  expect(roundUpTime(value)).toBe(top);
});

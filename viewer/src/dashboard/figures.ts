import type { Dashboard, Share, Volume } from "../api/types";
import type { Words } from "../words";

/** How a time is written: with the unit that leaves a number of few digits. */
export function duration({ say, number }: Pick<Words, "say" | "number">, seconds: number): string {
  const units = [
    ["dashboard.seconds", 1, 90],
    ["dashboard.minutes", 60, 90 * 60],
    ["dashboard.hours", 3600, 48 * 3600],
    ["dashboard.days", 86400, Infinity],
  ] as const;
  const [word, unit] = units.find(([, , below]) => seconds < below) ?? units[3];
  const value = seconds / unit;
  return say(word, { n: number(Number(value.toFixed(value < 10 ? 1 : 0))) });
}

/** A share in percent with its interval. */
export function percent({ say, number }: Pick<Words, "say" | "number">, share: Share): string {
  if (share.value === null) return "–";
  const one = (value: number) => number(Number((value * 100).toFixed(value > 0.1 ? 0 : 1)));
  const value = one(share.value);
  if (share.low === null || share.high === null) return say("dashboard.share.bare", { value });
  return say("dashboard.share", { value, low: one(share.low), high: one(share.high) });
}

/** A proportion in percent. */
export function part({ say, number }: Pick<Words, "say" | "number">, of: number, all: number): string {
  if (all === 0) return "–";
  return say("dashboard.share.bare", { value: number(Number(((of / all) * 100).toFixed(1))) });
}

/** How a period is called: the month, or the Monday of a week. */
export function periodName(start: string, by: Dashboard["by"], language: string): string {
  const locale = language === "es" ? "es-ES" : "en-GB";
  const date = new Date(start);
  const month = date.getUTCMonth() === 0;
  const parts: Intl.DateTimeFormatOptions =
    by === "week"
      ? { day: "numeric", month: "short" }
      : { month: "short", ...(month ? { year: "2-digit" } : {}) };
  return new Intl.DateTimeFormat(locale, { ...parts, timeZone: "UTC" }).format(date);
}

/** Counts of one region or source, one a period. */
export interface Counts {
  name: string | null;
  values: number[];
}

/** Counts a period of each value of a column, the most frequent first. */
export function countsBy(
  volume: readonly Volume[],
  periods: number,
  of: "anatomy" | "source",
): Counts[] {
  const found = new Map<string | null, number[]>();
  for (const one of volume) {
    const values = found.get(one[of]) ?? Array.from({ length: periods }, () => 0);
    values[one.period] = (values[one.period] ?? 0) + one.count;
    found.set(one[of], values);
  }
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  return [...found]
    .map(([name, values]) => ({ name, values }))
    .toSorted((a, b) => sum(b.values) - sum(a.values));
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIMES = [
  ...[10, 20, 60],
  ...[2, 4, 10, 20, 60].map((n) => n * MINUTE),
  ...[2, 4, 12, 24].map((n) => n * HOUR),
];

/** A round time that is no shorter, for the top of an axis: its half is round as well. */
export function roundUpTime(seconds: number): number {
  return TIMES.find((one) => one >= seconds) ?? roundUp(seconds / (2 * DAY)) * 2 * DAY;
}

/** A round count that is no smaller, for the top of an axis: its half is a count as well. */
export function roundUpCount(count: number): number {
  return 2 * Math.ceil(roundUp(count) / 2);
}

/** A round number that is no smaller, for the top of an axis. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 10].find((one) => one * power >= value - 1e-9) ?? 10;
  return step * power;
}

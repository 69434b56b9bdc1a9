const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** Bytes as people write them, in steps of a thousand. */
export function bytes(count: number, language: string): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  const text = new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  return `${text} ${UNITS[unit]}`;
}

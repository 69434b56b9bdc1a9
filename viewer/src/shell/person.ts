/**
 * A DICOM person's name (PS3.5 section 6.2.1) as a list shows it: `García^Lena^M^Dr` is
 * `García, Lena M`. Only the first of its groups of writing is shown.
 */
export function personName(name: string): string {
  const [family = "", given = "", middle = ""] = (name.split("=")[0] ?? "")
    .split("^")
    .map((part) => part.trim());
  const first = [given, middle].filter(Boolean).join(" ");
  return [family, first].filter(Boolean).join(", ");
}

/** Whole years between a birth date and a day, or `null` where one is not known. */
export function ageAt(birth: string | null, day: string | null): number | null {
  if (!birth || !day) return null;
  const [year = 0, month = 0, date = 0] = birth.split("-").map(Number);
  const [toYear = 0, toMonth = 0, toDate = 0] = day.slice(0, 10).split("-").map(Number);
  const hadBirthday = toMonth > month || (toMonth === month && toDate >= date);
  const years = toYear - year - (hadBirthday ? 0 : 1);
  return years >= 0 ? years : null;
}

import type { Language } from "../words";

const LOCALES: Record<Language, string> = { en: "en-GB", es: "es-ES" };

/** An instant to the second where the reader is, with how far that is from UTC. */
export function toTheSecond(iso: string, language: Language, zone?: string): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    year: "numeric",
    month: "short",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
    timeZoneName: "shortOffset",
    ...(zone ? { timeZone: zone } : {}),
  }).format(new Date(iso));
}

/** The zone of this computer, by name. */
export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

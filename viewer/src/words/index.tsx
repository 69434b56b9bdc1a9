import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { en } from "./en";
import { es } from "./es";

export type Language = "en" | "es";
/** A word of the catalogue; both languages have each. */
export type Word = keyof typeof en;
export type Values = Record<string, string | number>;
export type Say = (word: Word, values?: Values) => string;

const CATALOGUES: Record<Language, Record<Word, string>> = { en, es };
const KEPT_AS = "condyle-language";

/** A language's words and the way it writes dates and numbers. */
export interface Words {
  language: Language;
  setLanguage: (language: Language) => void;
  /** The text of a word, with `{name}` replaced by values. */
  say: Say;
  /** The text for a number of things: of `word.one` or `word.other`. */
  count: (word: CountedWord, n: number, values?: Values) => string;
  /** The text of one of the service's names, such as a state; the name itself where new. */
  name: (group: string, value: string) => string;
  date: (iso: string) => string;
  moment: (iso: string) => string;
  ago: (iso: string, now?: number) => string;
  number: (value: number) => string;
}

type CountedWord = Word extends infer W ? (W extends `${infer Base}.one` ? Base : never) : never;

export function isLanguage(value: unknown): value is Language {
  return value === "en" || value === "es";
}

/** Puts values into a text at their `{name}`; one that is missing stays visible. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The words of a language. */
export function wordsOf(language: Language, setLanguage: Words["setLanguage"]): Words {
  const catalogue = CATALOGUES[language];
  const plural = new Intl.PluralRules(language);
  const locale = language === "en" ? "en-GB" : "es-ES";
  const day = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "2-digit" });
  const instant = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const numbers = new Intl.NumberFormat(locale);
  const since = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const say: Say = (word, values) => fill(catalogue[word], values);
  return {
    language,
    setLanguage,
    say,
    count: (word, n, values) => {
      const form = plural.select(n) === "one" ? "one" : "other";
      return say(`${word}.${form}` as Word, { n: numbers.format(n), ...values });
    },
    name: (group, value) => {
      const word = `${group}.${value}`;
      return word in catalogue ? catalogue[word as Word] : value;
    },
    // A bare date has no zone: noon keeps it on its day wherever the browser is.
    date: (iso) => day.format(new Date(iso.length === 10 ? `${iso}T12:00:00` : iso)),
    moment: (iso) => instant.format(new Date(iso)),
    ago: (iso, now = Date.now()) => relative(since, (Date.parse(iso) - now) / 1000),
    number: (value) => numbers.format(value),
  };
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

function relative(format: Intl.RelativeTimeFormat, seconds: number): string {
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "minute");
}

const WordsContext = createContext<Words>(wordsOf("en", () => undefined));

/** The words of the chosen language. */
export function useWords(): Words {
  return useContext(WordsContext);
}

/** The language that was chosen here before, else the browser's. */
export function firstLanguage(storage: Pick<Storage, "getItem">, browser: string): Language {
  const kept = storage.getItem(KEPT_AS);
  if (isLanguage(kept)) return kept;
  return browser.toLowerCase().startsWith("es") ? "es" : "en";
}

/** Gives everything below it the words of the chosen language. */
export function WordsProvider({
  children,
  first,
}: {
  children: ReactNode;
  first?: Language;
}): ReactNode {
  const [language, setLanguage] = useState<Language>(
    () => first ?? firstLanguage(window.localStorage, navigator.language),
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const words = useMemo(
    () =>
      wordsOf(language, (chosen) => {
        window.localStorage.setItem(KEPT_AS, chosen);
        setLanguage(chosen);
      }),
    [language],
  );
  return <WordsContext.Provider value={words}>{children}</WordsContext.Provider>;
}

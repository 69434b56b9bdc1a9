import type { Answers, Item, Question, Value } from "./types";

/** The items by level, in their order. */
export function byPlace<T extends { level: string | null }>(
  items: readonly T[],
): { level: string | null; items: readonly T[] }[] {
  const places = new Map<string | null, T[]>();
  for (const item of items) places.set(item.level, [...(places.get(item.level) ?? []), item]);
  return [...places].map(([level, of]) => ({ level, items: of }));
}

/** The question of an item. */
export function questionOf(
  questions: readonly Question[],
  { question }: { question: string },
): Question | undefined {
  return questions.find(({ name }) => name === question);
}

/** How a value is said. */
export function valueText(question: Question | undefined, value: Value): string {
  return question?.choices.find((choice) => choice.value === value)?.label ?? String(value ?? "–");
}

/** A probability with two decimals; one that would be nothing then is said to be less. */
export function shareText(share: number, number: (value: number) => string): string {
  const least = 0.01;
  return share < least ? `< ${number(least)}` : number(Math.round(share * 100) / 100);
}

/**
 * The answer that a key gives: a digit the grade of that number, `y` and `n` yes and no, `u` that
 * one cannot tell. `undefined` where the key gives none.
 */
export function valueOfKey(question: Question, key: string): Value | undefined {
  if (key === "u" || key === "?") return null;
  if (question.kind === "presence") {
    if (key === "n" || key === "0") return false;
    // "s" for the Spanish "sí".
    return ["y", "s", "1"].includes(key) ? true : undefined;
  }
  return question.choices.find(({ value }) => String(value) === key)?.value;
}

/** The items that have no answer yet. */
export function openItems(items: readonly Item[], answers: Answers): readonly Item[] {
  return items.filter(({ key }) => !(key in answers));
}

/** The answers with "no" for each yes-or-no item that has none. */
export function restNo(
  items: readonly Item[],
  questions: readonly Question[],
  answers: Answers,
): Answers {
  const rest = openItems(items, answers).filter(
    (item) => questionOf(questions, item)?.kind === "presence",
  );
  return { ...answers, ...Object.fromEntries(rest.map(({ key }) => [key, false])) };
}

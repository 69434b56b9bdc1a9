import type { Form, FormField, NewObservation, ObservationEntry } from "../api/types";
import type { Say } from "../words";

/** What stands in a field of the page: a number as it was typed, a code, codes, or yes and no. */
export type Answer = string | boolean | readonly string[];
/** Answers by their key; a field that was not asked has none. */
export type Answers = Readonly<Record<string, Answer>>;
export type Values = NonNullable<NewObservation["values"]>;

export const SIDES = ["left", "right"] as const;
export type Side = (typeof SIDES)[number];

/** The most that the service takes as the text of one field. */
export const MOST_TEXT = 2000;
const MOST_GRADES = 6;
const SCALE_STEPS = 10;

/** How a field is filled in: most kinds have one way, whole numbers three. */
export type Way = "typed" | "scale" | "grades" | "choice" | "several" | "yes-no" | "text" | "date";

/** A few grades are buttons, a scale of 0 to 10 is a slider, any other number is typed. */
export function wayOf(field: FormField): Way {
  if (field.kind === "number") return "typed";
  if (field.kind !== "whole") return field.kind;
  const steps = (field.high ?? 0) - (field.low ?? 0);
  if (steps < MOST_GRADES) return "grades";
  return steps <= SCALE_STEPS ? "scale" : "typed";
}

/** The keys of a field's answers: one, or one a side. */
export function keysOf({ name, sided }: FormField): string[] {
  return sided ? SIDES.map((side) => `${name}.${side}`) : [name];
}

/** The side that a key is of, if it is of one. */
export function sideOf(key: string): Side | null {
  return SIDES.find((side) => key.endsWith(`.${side}`)) ?? null;
}

export function isAnswered(answer: Answer | undefined): boolean {
  if (typeof answer === "boolean") return true;
  if (typeof answer === "string") return answer.trim() !== "";
  return (answer?.length ?? 0) > 0;
}

/** Reads a number as it is written in either language, `null` where it is none. */
export function numberOf(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/** A unit (UCUM) as people read it; a note in braces is no unit. */
export function unitSign(unit: string | null): string {
  const bare = (unit ?? "").replace(/\{[^}]*\}/g, "");
  const signs: Record<string, string> = { deg: "°", Cel: "°C", "1": "", um: "µm" };
  return signs[bare] ?? bare;
}

/** What is wrong with an answer, in words; empty where nothing is. */
export function faultOf(field: FormField, answer: Answer | undefined, say: Say): string {
  if (!isAnswered(answer) || typeof answer !== "string") return "";
  if (field.kind === "text" && answer.length > MOST_TEXT) {
    return say("observations.fault.long", { most: MOST_TEXT });
  }
  if (field.kind !== "number" && field.kind !== "whole") return "";
  const value = numberOf(answer);
  const range = { low: field.low ?? 0, high: field.high ?? 0, unit: unitSign(field.unit) };
  const whole = field.kind === "whole";
  if (value === null || (whole && !Number.isInteger(value))) {
    return say(whole ? "observations.fault.whole" : "observations.fault.number", range).trim();
  }
  if (value < range.low || value > range.high) return say("observations.fault.range", range).trim();
  return "";
}

/** All that is wrong with a form's answers, by key. */
export function faultsOf(form: Form, answers: Answers, say: Say): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const field of form.fields) {
    for (const key of keysOf(field)) {
      const fault = faultOf(field, answers[key], say);
      if (fault) faults[key] = fault;
    }
  }
  return faults;
}

/** The answers as the service takes them, in the form's order; what was not asked is left out. */
export function valuesOf(form: Form, answers: Answers): Values {
  const values: Values = {};
  for (const field of form.fields) {
    for (const key of keysOf(field)) {
      const answer = answers[key];
      if (answer === undefined || !isAnswered(answer)) continue;
      if (typeof answer === "boolean") values[key] = answer;
      else if (typeof answer !== "string") values[key] = [...answer];
      else if (field.kind === "number" || field.kind === "whole") {
        values[key] = numberOf(answer) ?? answer;
      } else values[key] = answer;
    }
  }
  return values;
}

/** The answers of an earlier observation, as far as the form still asks for them. */
export function answersOf(form: Form, values: ObservationEntry["values"]): Answers {
  const answers: Record<string, Answer> = {};
  for (const key of form.fields.flatMap(keysOf)) {
    const value = values[key];
    if (typeof value === "number") answers[key] = String(value);
    else if (value !== undefined) answers[key] = value;
  }
  return answers;
}

/** The keys of earlier answers that the form does not ask for any more. */
export function notAskedAnyMore(form: Form, values: ObservationEntry["values"]): string[] {
  const asked = new Set(form.fields.flatMap(keysOf));
  return Object.keys(values).filter((key) => !asked.has(key));
}

/** What the service says of single answers, by key; empty where it names none. */
export function toldFaults(found: string, keys: Iterable<string>): Record<string, string> {
  const known = new Set(keys);
  const told: Record<string, string> = {};
  for (const part of found.split("; ")) {
    const [key = "", ...rest] = part.split(": ");
    const bare = key.replace(/^body\.(values\.)?/, "");
    if (known.has(bare) && rest.length) told[bare] = rest.join(": ");
  }
  return told;
}

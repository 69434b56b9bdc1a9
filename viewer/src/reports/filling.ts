import type { Filling, ReportEntry } from "../api/types";
import { both, type Texts, textOf } from "./merging";

/** What a section shall say: the draft's text, the fresh one, or the fresh one below it. */
export type Choice = "keep" | "take" | "both";

/** A section of which a fresh filling says something else than the draft. */
export interface Differing {
  name: string;
  title: string;
  present: string;
  fresh: string;
}

/** What no filling ever says anything of: it is the clinician's alone. */
const NEVER_FILLED = "clinical-information";

/** The sections that may be edited and that a fresh filling would change. */
export function differing(report: ReportEntry, { sections }: Filling): Differing[] {
  return sections
    .filter(({ name, fixed }) => !fixed && name !== NEVER_FILLED)
    .map(({ name, title, text }) => ({ name, title, present: textOf(report, name), fresh: text }))
    .filter(({ present, fresh }) => present.trim() !== fresh.trim());
}

/** The titles of the fixed sections that a fresh filling changes. */
export function fixedChanges(report: ReportEntry, { sections }: Filling): string[] {
  return sections
    .filter(({ name, fixed, text }) => fixed && text !== textOf(report, name))
    .map(({ title }) => title);
}

/** The new texts of what was chosen; what is kept is not sent. */
export function taken(
  report: ReportEntry,
  filling: Filling,
  choices: Readonly<Record<string, Choice>>,
): Texts {
  const texts = differing(report, filling).flatMap(({ name, present, fresh }) => {
    if (choices[name] === "take") return [[name, fresh] as const];
    if (choices[name] === "both") return [[name, both(present, fresh)] as const];
    return [];
  });
  return Object.fromEntries(texts);
}

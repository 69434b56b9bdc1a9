import type { AddedFinding, Drawn, FindingTerm } from "../api/types";

/** A finding that is being added. */
export interface Draft {
  name: string;
  level: string;
  /** A grade, `"yes"` or `"no"`; empty while nothing is chosen. */
  value: string;
  note: string;
  drawn: Drawn | null;
}

export const NO_DRAFT: Draft = { name: "", level: "", value: "", note: "", drawn: null };

/** The finding as it is sent; `null` while something is missing. */
export function addedFinding(draft: Draft, terms: readonly FindingTerm[]): AddedFinding | null {
  const term = terms.find(({ name }) => name === draft.name);
  if (!term || !draft.value) return null;
  const value = term.kind === "grade" ? Number(draft.value) : draft.value === "yes";
  return { name: term.name, level: draft.level || null, value, drawn: draft.drawn };
}

import type { CorrectionEntry, Corrections, NewCorrection } from "../api/types";
import type { StandingFinding } from "../findings/standing";

/** One thing to say, before it is known whether it takes the place of what was said. */
export type Statement = Omit<NewCorrection, "note"> & { note?: string };

/** Which finding a statement is of: the model's, or one that a reader added. */
export function of(finding: StandingFinding): { finding: number } | { added: number } {
  const added = finding.read?.added;
  return added == null ? { finding: finding.id } : { added };
}

/** What is spoken of: a reader has one word on it at a time, as in the archive. */
function topicOf(one: Statement | CorrectionEntry): string {
  if (one.kind === "level") return `levels ${one.analysis}`;
  const subject = one.added == null ? `finding ${one.finding}` : `added ${one.added}`;
  if (one.kind !== "outline" && one.kind !== "box") return `${subject} value`;
  const place = one.drawn?.place;
  return `${subject} ${one.kind} ${place?.instance_uid} ${place?.frame}`;
}

/**
 * The statement with the reader's own word whose place it takes, so that a word which was said
 * meanwhile elsewhere is not overwritten unseen.
 */
export function completed(said: Statement, corrections: Corrections): NewCorrection {
  const whole = { ...said, note: said.note ?? "" };
  if (said.supersedes != null || said.kind === "add" || said.kind === "withdraw") return whole;
  const mine = ownWord(corrections.corrections, (one) => topicOf(one) === topicOf(said));
  return mine ? { ...whole, supersedes: mine.id } : whole;
}

/** The last word of the reader's own that stands and fits. */
export function ownWord(
  entries: readonly CorrectionEntry[],
  fits: (one: CorrectionEntry) => boolean,
): CorrectionEntry | undefined {
  const standing = (one: CorrectionEntry) =>
    one.mine && !one.superseded && one.kind !== "withdraw" && one.kind !== "add";
  return entries.findLast((one) => standing(one) && fits(one));
}

/** The reader's own word on the value of a finding, if one stands. */
export function ownValue({ read }: StandingFinding): CorrectionEntry | undefined {
  const values = ["accept", "reject", "grade", "call"];
  return ownWord(read?.words ?? [], ({ kind }) => values.includes(kind));
}

/** What takes back statements: each of them withdrawn, or what it took the place of said anew. */
export function undoing(ids: readonly number[], corrections: Corrections): Statement[] {
  const entries = new Map(corrections.corrections.map((one) => [one.id, one]));
  return ids.toReversed().flatMap((id) => {
    const said = entries.get(id);
    if (!said) return [];
    const before = said.supersedes === null ? undefined : entries.get(said.supersedes);
    if (said.kind === "withdraw") return before ? [again(before)] : [];
    if (before) return [{ ...again(before), supersedes: id }];
    return [{ kind: "withdraw" as const, supersedes: id }];
  });
}

/** A statement as it was given. */
export function again(entry: CorrectionEntry): Statement {
  const { kind, finding, added, note, grade, positive, levels, drawn, finding_added } = entry;
  const analysis = kind === "level" ? entry.analysis : null;
  const value =
    kind === "outline" ? { drawn: { ...drawn, box: null } as typeof drawn } : { drawn };
  return { kind, finding, added, analysis, grade, positive, levels, finding_added, note, ...value };
}

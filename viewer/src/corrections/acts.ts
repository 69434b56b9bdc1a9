import type { FindingTerm, Terms } from "../api/types";
import { hasValue, isFolded, storedDecision } from "../findings/decision";
import type { StandingFinding } from "../findings/standing";
import { of, ownValue, type Statement } from "./words";

/** What one press says of a finding, and whether the reader has said it already. */
export interface Act {
  /** Names the word for it: `corrections.act.{name}`. */
  name: "accept" | "reject" | "positive" | "negative" | "remove";
  statement: Statement;
  /** It stands as the reader's own word, and the press takes it back. */
  said: boolean;
}

/** The table's entry of a finding; none for one of a bundle that the table does not know. */
export function termOf(finding: StandingFinding, terms: Terms): FindingTerm | undefined {
  return terms.findings.find(({ name }) => name === finding.name);
}

/** What agrees: with the model, or where it decided nothing, that the finding is there. */
export function agreeing(finding: StandingFinding, terms: Terms): Act | null {
  if (hasValue(finding)) return act("accept", finding);
  return termOf(finding, terms)?.kind === "presence" ? act("positive", finding) : null;
}

/** What disagrees: a call or grade is rejected, a negative is positive; an own addition goes. */
export function disagreeing(finding: StandingFinding, terms: Terms): Act | null {
  const { read } = finding;
  const addition = read?.words.find(({ kind, mine }) => kind === "add" && mine);
  if (addition) {
    return {
      name: "remove",
      statement: { kind: "withdraw", supersedes: addition.id },
      said: false,
    };
  }
  const stored = storedDecision(finding);
  if (stored === "called" || stored === "graded" || read?.added) return act("reject", finding);
  if (termOf(finding, terms)?.kind !== "presence") return hasValue(finding) ? act("reject", finding) : null;
  return act(stored === "notCalled" ? "positive" : "negative", finding);
}

const STATEMENTS = {
  accept: { kind: "accept" },
  reject: { kind: "reject" },
  positive: { kind: "call", positive: true },
  negative: { kind: "call", positive: false },
} as const;

/** An act on the value of a finding; where the reader has said it, it takes it back. */
export function act(name: keyof typeof STATEMENTS, finding: StandingFinding): Act {
  const statement: Statement = { ...STATEMENTS[name], ...of(finding) };
  const own = ownValue(finding);
  const said = own?.kind === statement.kind && (own.positive ?? null) === (statement.positive ?? null);
  return said
    ? { name, statement: { kind: "withdraw", supersedes: own.id }, said }
    : { name, statement, said };
}

/** A grade that the reader gives; where it stands as their own, it is taken back. */
export function grading(grade: number, finding: StandingFinding): Statement {
  const own = ownValue(finding);
  if (own?.kind === "grade" && own.grade === grade) return { kind: "withdraw", supersedes: own.id };
  return { kind: "grade", grade, ...of(finding) };
}

/** What may be accepted of some findings at once: what nobody has spoken of, and has a value. */
export interface Acceptable {
  findings: readonly StandingFinding[];
  /** How many of them the model did not call. */
  below: number;
  /** How many have nothing to accept, and want a word of the reader's own. */
  left: number;
}

export function acceptable(findings: readonly StandingFinding[]): Acceptable {
  const open = findings.filter(({ read }) => read !== undefined && !read.valueSaid);
  const able = open.filter(({ value }) => value !== null);
  const below = able.filter((finding) => isFolded(finding, null)).length;
  return { findings: able, below, left: open.length - able.length };
}

export function accepting(findings: readonly StandingFinding[]): Statement[] {
  return findings.map((finding) => ({ kind: "accept", ...of(finding) }));
}

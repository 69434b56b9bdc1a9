import { describe, expect, it } from "vitest";
import { byLevel } from "../findings/groups";
import { standingFindings } from "../findings/standing";
import { finding } from "../findings/testing";
import { acceptable, accepting, agreeing, disagreeing, grading } from "./acts";
import { corrections, entry, stands, TERMS } from "./testing";

const graded = finding({ name: "pfirrmann-grade", value: 4, grades: 5, threshold: null });
const silent = finding({ value: false, probability: 0.1 });
const abstained = finding({ value: null, abstained: true, probability: null });
const after = (of = finding(), ...said: Parameters<typeof entry>[0][]) => {
  const entries = said.map((one, at) => entry({ id: at + 1, ...one }));
  const states = { accept: "accepted", reject: "rejected", call: "changed", grade: "changed" } as const;
  const last = entries.at(-1);
  const state = last ? states[last.kind as keyof typeof states] : "open";
  const value = last?.positive ?? last?.grade ?? of.value;
  const all = corrections({ corrections: entries, findings: [stands({ state, value })] });
  return standingFindings([of], all)[0] ?? of;
};

describe("one press", () => {
  it("agrees with what a model says", () => {
    expect(agreeing(finding(), TERMS)?.statement).toEqual({ kind: "accept", finding: 1 });
    expect(agreeing(graded, TERMS)?.statement).toEqual({ kind: "accept", finding: 1 });
    expect(agreeing(silent, TERMS)?.statement).toEqual({ kind: "accept", finding: 1 });
  });

  it("disagrees: a call or a grade is rejected, and what was not called is positive", () => {
    expect(disagreeing(finding(), TERMS)?.name).toBe("reject");
    expect(disagreeing(graded, TERMS)?.name).toBe("reject");
    expect(disagreeing(silent, TERMS)?.statement).toEqual({ kind: "call", positive: true, finding: 1 });
  });

  it("calls what a model abstained from, and grades nothing by itself", () => {
    expect(agreeing(abstained, TERMS)?.name).toBe("positive");
    expect(disagreeing(abstained, TERMS)?.name).toBe("negative");
    const grade = { ...abstained, name: "pfirrmann-grade" };
    expect([agreeing(grade, TERMS), disagreeing(grade, TERMS)]).toEqual([null, null]);
  });

  it("takes back what the reader has said already", () => {
    const accepted = after(finding(), { kind: "accept" });
    expect(agreeing(accepted, TERMS)).toEqual({
      name: "accept",
      said: true,
      statement: { kind: "withdraw", supersedes: 1 },
    });
    expect(disagreeing(accepted, TERMS)?.statement.kind).toBe("reject");
    const given = after(graded, { kind: "grade", grade: 3 });
    expect(grading(3, given)).toEqual({ kind: "withdraw", supersedes: 1 });
    expect(grading(2, given)).toEqual({ kind: "grade", grade: 2, finding: 1 });
  });

  it("takes back nothing of another's", () => {
    const theirs = after(finding(), { kind: "accept", mine: false });
    expect(agreeing(theirs, TERMS)).toMatchObject({ said: false, statement: { kind: "accept" } });
  });

  it("removes what the reader added, and rejects what another did", () => {
    const add = { kind: "add", finding: null, finding_added: null } as const;
    const one = { ...stands({ finding: null, added: 5, state: "added" }) };
    const of = (mine: boolean) => {
      const all = corrections({ corrections: [entry({ ...add, id: 5, mine })], findings: [one] });
      return standingFindings([], all)[0] ?? finding();
    };
    expect(disagreeing(of(true), TERMS)?.statement).toEqual({ kind: "withdraw", supersedes: 5 });
    expect(disagreeing(of(false), TERMS)?.statement).toEqual({ kind: "reject", added: 5 });
  });

  it("only accepts and rejects what the table of findings does not know", () => {
    const other = finding({ name: "acl-tear", value: false });
    expect(agreeing(other, TERMS)?.name).toBe("accept");
    expect(disagreeing(other, TERMS)?.name).toBe("reject");
  });
});

describe("to accept all", () => {
  const some = [
    after(finding()),
    { ...after(silent), id: 2 },
    { ...after(abstained), id: 3 },
    { ...after(finding(), { kind: "reject" }), id: 4 },
  ];

  it("is of what nobody has spoken of and has a value", () => {
    const { findings, below, left } = acceptable(some);
    expect(findings.map(({ id }) => id)).toEqual([1, 2]);
    expect([below, left]).toEqual([1, 1]);
    expect(accepting(findings)).toEqual([
      { kind: "accept", finding: 1 },
      { kind: "accept", finding: 2 },
    ]);
  });

  it("is of nothing while the corrections are not here", () => {
    expect(acceptable([finding()]).findings).toEqual([]);
  });
});

describe("the list", () => {
  it("leaves a finding in its place when it is corrected, and shows what a reader turned", () => {
    const low = finding({ id: 2, value: false, probability: 0.3 });
    const order = (first: ReturnType<typeof after>) =>
      byLevel([first, low], null)[0]?.findings.map(({ id }) => id);
    expect(order(after(finding(), { kind: "reject" }))).toEqual([1, 2]);
    expect(order(after(finding(), { kind: "call", positive: false }))).toEqual([1, 2]);
  });
});

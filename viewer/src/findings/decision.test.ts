import { describe, expect, it } from "vitest";
import { drawnDecision, isMoved, operatingPoint, storedDecision } from "./decision";
import { finding } from "./testing";

const called = finding();
const low = finding({ value: false, probability: 0.35, threshold: 0.4 });
const open = finding({ value: null, probability: 0.6, threshold: 0.2 });
const graded = finding({ value: 3, grades: 5, probability: 0.57, threshold: null });
const abstained = finding({ value: null, abstained: true, probability: 0.9 });

describe("the stored decision", () => {
  it("is the model's own value", () => {
    expect([called, low, open, graded, abstained].map(storedDecision)).toEqual([
      "called",
      "notCalled",
      "open",
      "graded",
      "abstained",
    ]);
  });

  it("is what is drawn by the bundle's own thresholds", () => {
    for (const one of [called, low, open, graded, abstained]) {
      expect(drawnDecision(one, null)).toBe(storedDecision(one));
      expect(isMoved(one, null)).toBe(false);
    }
  });
});

describe("the slider", () => {
  it("draws as called from its probability on, the probability itself included", () => {
    expect(drawnDecision(called, 0.8)).toBe("called");
    expect(drawnDecision(called, 0.81)).toBe("notCalled");
    expect(drawnDecision(low, 0.3)).toBe("called");
    expect(drawnDecision(open, 0.5)).toBe("called");
  });

  it("leaves grades and abstentions as they are", () => {
    for (const threshold of [0, 0.5, 1]) {
      expect(drawnDecision(graded, threshold)).toBe("graded");
      expect(drawnDecision(abstained, threshold)).toBe("abstained");
    }
  });

  it("does not decide against a finding that the model left open", () => {
    expect(drawnDecision(open, 0.7)).toBe("open");
    expect(isMoved(open, 0.7)).toBe(false);
  });

  it("leaves a finding without a probability as it is stored", () => {
    expect(drawnDecision(finding({ probability: null }), 0.9)).toBe("called");
  });

  it("never changes the finding", () => {
    const before = structuredClone(low);
    drawnDecision(low, 0.1);
    expect(low).toEqual(before);
    expect(storedDecision(low)).toBe("notCalled");
  });

  it("is told of where it makes a finding look other than it is stored", () => {
    expect(isMoved(low, 0.3)).toBe(true);
    expect(isMoved(low, 0.5)).toBe(false);
  });
});

describe("an operating point", () => {
  const ppv = { value: 0.26, low: 0.18, high: 0.35, n: 109, method: "Wilson", unit: "disc" };

  it("is read with its interval and n", () => {
    const point = operatingPoint(
      finding({ operating_point: { ppv, npv: null, false_calls_per_study: 0.45, shown: true } }),
    );
    expect(point).toEqual({ ppv, npv: null, falseCallsPerStudy: 0.45, shown: true });
  });

  it("is not made up where the interval is missing", () => {
    const point = operatingPoint(finding({ operating_point: { ppv: { value: 0.9 } } }));
    expect(point?.ppv).toBeNull();
    expect(operatingPoint(finding())).toBeNull();
  });
});

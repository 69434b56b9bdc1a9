import type { ReactNode } from "react";
import type { FindingEntry } from "../api/types";
import { useWords } from "../words";
import { operatingPoint, type Proportion } from "./decision";

/** How often the bundle's calls and its silences were right on its own validation. */
export function Operating({ finding }: { finding: FindingEntry }): ReactNode {
  const { say, number } = useWords();
  const point = operatingPoint(finding);
  if (!point) return null;
  if (!point.shown) return <p className="operating-poor">{say("findings.tooPoor")}</p>;
  const calls = point.falseCallsPerStudy;
  return (
    <dl className="operating">
      <Row word="findings.ppv" of={point.ppv} />
      <Row word="findings.npv" of={point.npv} />
      {calls === null ? null : (
        <div>
          <dt>{say("findings.falseCalls")}</dt>
          <dd>{number(Number(calls.toFixed(2)))}</dd>
        </div>
      )}
    </dl>
  );
}

function Row({
  word,
  of,
}: {
  word: "findings.ppv" | "findings.npv";
  of: Proportion | null;
}): ReactNode {
  const { say, number } = useWords();
  if (!of) return null;
  const two = (value: number) => number(Number(value.toFixed(2)));
  return (
    <div>
      <dt>{say(word)}</dt>
      <dd title={of.method}>
        {two(of.value)}{" "}
        <small>
          {say("findings.interval", { low: two(of.low), high: two(of.high), n: number(of.n) })}
        </small>
      </dd>
    </div>
  );
}

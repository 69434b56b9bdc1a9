import type { ReactNode } from "react";
import { useWords } from "../words";
import { timeText } from "./time";
import type { CaseScore, CurveBlock, Figure } from "./types";

/** Where kappa and the shares stand: below nothing, above all. */
const LEAST = 0;

/** A figure as a dot with its interval, on a line from 0 to 1. */
export function Whisker({ figure }: { figure: Figure }): ReactNode {
  const { value, low, high } = figure;
  if (value === null || low === null || high === null) return null;
  const x = (share: number) => 2 + 96 * Math.max(LEAST, Math.min(1, share));
  return (
    <svg className="whisker" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <line className="whisker-axis" x1="2" x2="98" y1="6" y2="6" />
      <line className="whisker-line" x1={x(low)} x2={x(high)} y1="6" y2="6" />
      <rect className="whisker-dot" x={x(value) - 1} y="1" width="2" height="10" />
    </svg>
  );
}

const WIDE = 640;
const HIGH = 150;
const LEFT = 44;
const BASE = HIGH - 24;

interface Slot {
  x: number;
  width: number;
}

function slotsOf(count: number): Slot[] {
  const width = Math.min(48, (WIDE - LEFT - 8) / Math.max(count, 1));
  return Array.from({ length: count }, (_, at) => ({ x: LEFT + at * width, width }));
}

/** Share of right answers of each case in turn, with each ten cases' share and its interval. */
export function LearningCurve({
  cases,
  curve,
}: {
  cases: readonly CaseScore[];
  curve: readonly CurveBlock[];
}): ReactNode {
  const { say } = useWords();
  const slots = slotsOf(cases.length);
  const y = (share: number) => BASE - share * (BASE - 10);
  const middle = (at: number) => (slots[at]?.x ?? LEFT) + (slots[at]?.width ?? 0) / 2;
  return (
    <svg className="chart" viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={say("teaching.curve")}>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line className="chart-grid" x1={LEFT} x2={WIDE} y1={y(share)} y2={y(share)} />
          <text className="chart-mark" x={LEFT - 6} y={y(share) + 4} textAnchor="end">
            {share * 100} %
          </text>
        </g>
      ))}
      {curve.map(({ first, last, right }) =>
        right.value === null || right.low === null || right.high === null ? null : (
          <g key={first}>
            <rect
              className="chart-band"
              x={slots[first - 1]?.x ?? LEFT}
              width={(slots[last - 1]?.x ?? LEFT) + (slots[0]?.width ?? 0) - (slots[first - 1]?.x ?? LEFT)}
              y={y(right.high)}
              height={y(right.low) - y(right.high)}
            />
            <line
              className="chart-mean"
              x1={slots[first - 1]?.x ?? LEFT}
              x2={(slots[last - 1]?.x ?? LEFT) + (slots[0]?.width ?? 0)}
              y1={y(right.value)}
              y2={y(right.value)}
            />
          </g>
        ),
      )}
      {cases.map((one, at) => {
        const scored = one.right + one.near + one.wrong;
        return (
          <circle key={one.attempt} className="chart-dot" cx={middle(at)} cy={y(one.right / scored)} r="4">
            <title>
              {say("teaching.caseRight", { n: one.number, right: one.right, of: scored })}
            </title>
          </circle>
        );
      })}
      <Numbers cases={cases} middle={middle} />
    </svg>
  );
}

/** How long each case was looked at, in turn. */
export function Times({ cases }: { cases: readonly CaseScore[] }): ReactNode {
  const { say } = useWords();
  const slots = slotsOf(cases.length);
  const longest = Math.max(60, ...cases.map(({ looked_s }) => looked_s));
  const y = (seconds: number) => BASE - (seconds / longest) * (BASE - 14);
  return (
    <svg className="chart" viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={say("teaching.times")}>
      {[0, longest / 2, longest].map((seconds) => (
        <g key={seconds}>
          <line className="chart-grid" x1={LEFT} x2={WIDE} y1={y(seconds)} y2={y(seconds)} />
          <text className="chart-mark" x={LEFT - 6} y={y(seconds) + 4} textAnchor="end">
            {timeText(seconds)}
          </text>
        </g>
      ))}
      {cases.map((one, at) => (
        <rect
          key={one.attempt}
          className="chart-bar"
          x={(slots[at]?.x ?? 0) + 3}
          width={Math.max(1, (slots[at]?.width ?? 0) - 6)}
          y={y(one.looked_s)}
          height={Math.max(0, BASE - y(one.looked_s))}
        >
          <title>
            {say("teaching.caseTime", { n: one.number, time: timeText(one.looked_s) })}
          </title>
        </rect>
      ))}
      <Numbers cases={cases} middle={(at) => (slots[at]?.x ?? 0) + (slots[at]?.width ?? 0) / 2} />
    </svg>
  );
}

function Numbers(props: {
  cases: readonly CaseScore[];
  middle: (at: number) => number;
}): ReactNode {
  // Every case has its number where there is room, else each fifth.
  const each = props.cases.length > 30 ? 5 : 1;
  return props.cases.map((one, at) =>
    at % each ? null : (
      <text key={one.attempt} className="chart-mark" x={props.middle(at)} y={HIGH - 8} textAnchor="middle">
        {one.number}
      </text>
    ),
  );
}

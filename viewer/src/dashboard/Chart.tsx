import type { ReactNode } from "react";
import { roundUpCount } from "./figures";

const USUAL = 640;
const WIDE = 1040;
const HEIGHT = 190;
const LEFT = 52;
const TOP = 10;
const BOTTOM = 24;
const INSIDE = { height: HEIGHT - TOP - BOTTOM };

/** A value with its interval, where it has one. */
export interface Point {
  value: number;
  low?: number | null;
  high?: number | null;
}

/** What is drawn: a name, and for each period a value, or none. */
export interface Series {
  name: string;
  points: readonly (Point | null)[];
}

/**
 * A small chart over the periods: bars on top of each other, or lines with intervals.
 *
 * Its figures stand in a table beside it; the drawing itself is one picture with a name.
 */
export function Chart({
  title,
  labels,
  series,
  kind,
  most,
  format,
  wide = false,
}: {
  title: string;
  labels: readonly string[];
  series: readonly Series[];
  kind: "bars" | "lines";
  /** The top of the axis; a round count above all values where it is not given. */
  most?: number;
  format: (value: number) => string;
  /** Whether it has a page's whole width, and not a part of it. */
  wide?: boolean;
}): ReactNode {
  const across = wide ? WIDE : USUAL;
  const top = most ?? roundUpCount(highest(series, kind));
  const y = (value: number) => TOP + INSIDE.height * (1 - Math.min(value, top) / top);
  const step = (across - LEFT - 8) / labels.length;
  const x = (at: number) => LEFT + step * (at + 0.5);
  return (
    <figure className={wide ? "chart chart-wide" : "chart"}>
      <svg viewBox={`0 0 ${across} ${HEIGHT}`} role="img" aria-label={title}>
        {[0, 0.5, 1].map((share) => (
          <g key={share} className="chart-axis">
            <line x1={LEFT} x2={across - 8} y1={y(top * share)} y2={y(top * share)} />
            <text x={LEFT - 6} y={y(top * share) + 4} textAnchor="end">
              {format(top * share)}
            </text>
          </g>
        ))}
        {labels.map((label, at) => (
          <text key={label + String(at)} className="chart-label" x={x(at)} y={HEIGHT - 7}>
            {label}
          </text>
        ))}
        {kind === "bars" ? (
          <Bars {...{ series, x, y, labels, format }} width={step * 0.62} />
        ) : (
          series.map((one, at) => <Line key={one.name} of={one} at={at} {...{ x, y, labels, format }} />)
        )}
      </svg>
      {series.length > 1 ? (
        <figcaption className="chart-legend">
          {series.map(({ name }, at) => (
            <span key={name} className={`chart-${at % 5}`}>
              {name}
            </span>
          ))}
        </figcaption>
      ) : null}
    </figure>
  );
}

interface Placed {
  x: (at: number) => number;
  y: (value: number) => number;
  labels: readonly string[];
  format: (value: number) => string;
}

function Bars({
  series,
  width,
  x,
  y,
  labels,
  format,
}: Placed & { series: readonly Series[]; width: number }): ReactNode {
  return labels.map((label, at) => {
    let below = 0;
    return (
      <g key={label + String(at)}>
        {series.map(({ name, points }, of) => {
          const value = points[at]?.value ?? 0;
          if (!value) return null;
          const from = below;
          below += value;
          const height = Math.max(1, y(from) - y(below));
          return (
            <rect
              key={name}
              className={`chart-${of % 5}`}
              x={x(at) - width / 2}
              y={y(below)}
              {...{ width, height }}
            >
              <title>{`${label}, ${name}: ${format(value)}`}</title>
            </rect>
          );
        })}
      </g>
    );
  });
}

function Line({ of, at: number, x, y, labels, format }: Placed & { of: Series; at: number }): ReactNode {
  const drawn = of.points.flatMap((point, at) => (point ? [{ at, point }] : []));
  const shift = number * 5;
  return (
    <g className={`chart-${number % 5} chart-line`}>
      <polyline points={drawn.map(({ at, point }) => `${x(at) + shift},${y(point.value)}`).join(" ")} />
      {drawn.map(({ at, point }) => (
        <g key={at}>
          {point.low != null && point.high != null ? (
            <line x1={x(at) + shift} x2={x(at) + shift} y1={y(point.low)} y2={y(point.high)} />
          ) : null}
          <circle cx={x(at) + shift} cy={y(point.value)} r={3.5}>
            <title>{`${labels[at]}, ${of.name}: ${format(point.value)}`}</title>
          </circle>
        </g>
      ))}
    </g>
  );
}

function highest(series: readonly Series[], kind: "bars" | "lines"): number {
  const periods = series[0]?.points.length ?? 0;
  const tops = Array.from({ length: periods }, (_, at) => {
    const values = series.map(({ points }) => points[at]?.value ?? 0);
    return kind === "bars" ? values.reduce((a, b) => a + b, 0) : Math.max(...values, 0);
  });
  return Math.max(...tops, 0);
}

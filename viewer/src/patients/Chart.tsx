import { type ReactNode, useId } from "react";
import type { Side } from "../observations/answers";
import { useWords } from "../words";
import { axesOf, type Instrument, type Line, type Point } from "./instruments";

const WIDTH = 320;
const HEIGHT = 150;
const LEFT = 40;
const RIGHT = 18;
const TOP = 18;
const BOTTOM = 24;
/** More than these lie too close to have their values written beside them. */
const MOST_WRITTEN = 6;

/** An instrument in time: a drawing, and the same as a table. */
export function Chart({ instrument }: { instrument: Instrument }): ReactNode {
  const { say } = useWords();
  const heading = useId();
  const { label, form, help, lines } = instrument;
  return (
    <figure className="chart" aria-labelledby={heading}>
      <figcaption>
        <h3 id={heading}>{label}</h3>
        <p className="hint">{[form, help].filter(Boolean).join(". ")}</p>
      </figcaption>
      <Drawing instrument={instrument} />
      {lines.length > 1 || lines[0]?.side ? (
        <p className="chart-key" aria-hidden="true">
          {lines.map(({ side }) => (
            <span key={side} className={`chart-${side ?? "one"}`}>
              {side === "right" ? "■" : "●"} {side ? say(`observations.${side}`) : ""}
            </span>
          ))}
        </p>
      ) : null}
      <details className="chart-table">
        <summary>{say("patients.asTable")}</summary>
        <Table instrument={instrument} />
      </details>
    </figure>
  );
}

function Drawing({ instrument }: { instrument: Instrument }): ReactNode {
  const { say, date, number } = useWords();
  const { lines, unit, label } = instrument;
  const axes = axesOf(instrument);
  const at = (point: Point) => ({
    x: LEFT + axes.x(point) * (WIDTH - LEFT - RIGHT),
    y: HEIGHT - BOTTOM - axes.y(point.value) * (HEIGHT - TOP - BOTTOM),
  });
  const row = (tick: number) => HEIGHT - BOTTOM - axes.y(tick) * (HEIGHT - TOP - BOTTOM);
  const days = lines.flatMap(({ points }) => points.map(({ on }) => on)).toSorted();
  const [first, last] = [days[0], days.at(-1)];
  const said = (line: Line, point: Point) => nameOf(point, line.side, { say, date, number }, unit);
  const name = say("patients.chart", { label, unit: unit || say("patients.points") });
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={name}>
      <g aria-hidden="true" className="chart-axis">
        {axes.ticks.map((tick) => (
          <g key={tick}>
            <line x1={LEFT - 6} x2={WIDTH - 4} y1={row(tick)} y2={row(tick)} />
            <text x={LEFT - 9} y={row(tick) + 3.5} textAnchor="end">
              {number(tick)}
            </text>
          </g>
        ))}
        <text x={LEFT - 9} y={9} textAnchor="end">
          {unit}
        </text>
        {first ? (
          <text x={LEFT - 6} y={HEIGHT - 6}>
            {date(first)}
          </text>
        ) : null}
        {last && last !== first ? (
          <text x={WIDTH - 4} y={HEIGHT - 6} textAnchor="end">
            {date(last)}
          </text>
        ) : null}
      </g>
      {lines.map((line) => (
        <g key={line.side} className={`chart-line chart-${line.side ?? "one"}`}>
          <polyline
            aria-hidden="true"
            points={line.points.map((point) => `${at(point).x},${at(point).y}`).join(" ")}
          />
          {line.points.map((point) => {
            const { x, y } = at(point);
            return (
              <g key={point.observation} role="img" aria-label={said(line, point)}>
                <title>{said(line, point)}</title>
                {/* Larger than it looks, so that a mouse finds it. */}
                <circle cx={x} cy={y} r={11} className="chart-reach" />
                {line.side === "right" ? (
                  <rect x={x - 3.5} y={y - 3.5} width={7} height={7} />
                ) : (
                  <circle cx={x} cy={y} r={4} />
                )}
                {line.points.length <= MOST_WRITTEN && lines.length === 1 ? (
                  <text x={x} y={y - 8} textAnchor="middle" aria-hidden="true">
                    {number(point.value)}
                  </text>
                ) : null}
              </g>
            );
          })}
        </g>
      ))}
    </svg>
  );
}

type Saying = Pick<ReturnType<typeof useWords>, "say" | "date" | "number">;

/** A point in words: the value with its unit, the side and the day. */
export function nameOf(
  { on, value }: Point,
  side: Side | null,
  { say, date, number }: Saying,
  unit: string,
): string {
  const parts = [
    side ? say(`observations.${side}`) : "",
    valueOf(value, unit, number),
    on ? date(on) : say("observations.noDay"),
  ];
  return parts.filter(Boolean).join(", ");
}

/** A value with its unit, as people write it. */
export function valueOf(value: number, unit: string, number: (value: number) => string): string {
  if (!unit) return number(value);
  return unit === "°" ? `${number(value)}°` : `${number(value)} ${unit}`;
}

function Table({ instrument }: { instrument: Instrument }): ReactNode {
  const { say, date, number } = useWords();
  const { lines, unit, label } = instrument;
  const sided = lines.some(({ side }) => side !== null);
  return (
    <table>
      <caption className="unseen">{label}</caption>
      <thead>
        <tr>
          <th scope="col">{say("observations.day")}</th>
          {sided ? <th scope="col">{say("patients.side")}</th> : null}
          <th scope="col">{say("patients.value")}</th>
        </tr>
      </thead>
      <tbody>
        {lines.flatMap(({ side, points }) =>
          points.map(({ on, value, observation }) => (
            <tr key={`${side}-${observation}`}>
              <th scope="row">{on ? date(on) : say("observations.noDay")}</th>
              {sided ? <td>{side ? say(`observations.${side}`) : ""}</td> : null}
              <td>{valueOf(value, unit, number)}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  );
}

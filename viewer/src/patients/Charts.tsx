import type { ReactNode } from "react";
import type { Form, ObservationEntry } from "../api/types";
import { useWords } from "../words";
import { Chart, nameOf } from "./Chart";
import { hasCourse, type Instrument, instrumentsOf } from "./instruments";

/** Everything that was measured more than once, in time; the scores first. */
export function Charts(props: {
  forms: readonly Form[];
  entries: readonly ObservationEntry[];
}): ReactNode {
  const { say, count } = useWords();
  const instruments = instrumentsOf(props.forms, props.entries);
  if (instruments.length === 0) return null;
  const courses = instruments.filter(hasCourse);
  const scores = courses.filter(({ score }) => score);
  const others = courses.filter(({ score }) => !score);
  return (
    <section className="charts" aria-labelledby="charts-title">
      <h2 id="charts-title">{say("patients.course")}</h2>
      <Grid of={scores} />
      {others.length ? (
        <details open={scores.length === 0}>
          <summary>{count("patients.examined", others.length)}</summary>
          <Grid of={others} />
        </details>
      ) : null}
      <Once of={instruments.filter((one) => !hasCourse(one))} />
    </section>
  );
}

function Grid({ of }: { of: readonly Instrument[] }): ReactNode {
  return (
    <div className="charts-grid">
      {of.map((instrument) => (
        <Chart key={instrument.key} instrument={instrument} />
      ))}
    </div>
  );
}

function Once({ of }: { of: readonly Instrument[] }): ReactNode {
  const words = useWords();
  if (of.length === 0) return null;
  return (
    <details>
      <summary>{words.count("patients.once", of.length)}</summary>
      <dl className="charts-once">
        {of.flatMap(({ key, label, lines, unit }) =>
          lines.flatMap(({ side, points }) =>
            points.map((point) => (
              <div key={`${key}-${side}`}>
                <dt>{label}</dt>
                <dd>{nameOf(point, side, words, unit)}</dd>
              </div>
            )),
          ),
        )}
      </dl>
    </details>
  );
}

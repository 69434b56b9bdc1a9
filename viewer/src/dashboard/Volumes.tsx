import type { ReactNode } from "react";
import type { Dashboard, Times } from "../api/types";
import { useWords } from "../words";
import { Behind } from "./Behind";
import { Chart } from "./Chart";
import { countsBy, duration, roundUpTime } from "./figures";

/** How many studies came, by region, and from where. */
export function Volumes({ of, labels }: { of: Dashboard; labels: readonly string[] }): ReactNode {
  const { say, name, number } = useWords();
  const periods = labels.length;
  const regions = countsBy(of.volume, periods, "anatomy").map((one) => ({
    ...one,
    title: one.name === null ? say("dashboard.unknownAnatomy") : name("anatomy", one.name),
  }));
  const sources = countsBy(of.volume, periods, "source").map(({ name: source, values }) => {
    const sum = values.reduce((a, b) => a + b, 0);
    return `${name("source", source ?? "")} ${number(sum)}`;
  });
  const total = (at: number) => regions.reduce((sum, { values }) => sum + (values[at] ?? 0), 0);
  return (
    <section className="card" aria-labelledby="dashboard-volume">
      <h2 id="dashboard-volume">{say("dashboard.volume")}</h2>
      <Chart
        title={say("dashboard.volume.what")}
        kind="bars"
        labels={labels}
        series={regions.map(({ title, values }) => ({
          name: title,
          points: values.map((value) => ({ value })),
        }))}
        format={number}
        wide
      />
      <p className="hint">{say("dashboard.sources", { sources: sources.join(", ") })}</p>
      <Behind
        caption={say("dashboard.volume.what")}
        head={[say("dashboard.period"), ...regions.map(({ title }) => title), say("dashboard.total")]}
        rows={labels.map((label, at) => [
          label,
          ...regions.map(({ values }) => number(values[at] ?? 0)),
          number(total(at)),
        ])}
      />
    </section>
  );
}

/** How long studies took until the first bundle had read them, and until a report was signed. */
export function Turnarounds({ of, labels }: { of: Dashboard; labels: readonly string[] }): ReactNode {
  const { say } = useWords();
  return (
    <section className="card" aria-labelledby="dashboard-turnaround">
      <h2 id="dashboard-turnaround">{say("dashboard.turnaround")}</h2>
      <p className="hint">{say("dashboard.turnaround.what")}</p>
      <div className="dashboard-two">
        {(["read", "signed"] as const).map((which) => (
          <TimesOf
            key={which}
            title={say(`dashboard.${which}`)}
            counted={say("dashboard.studies")}
            labels={labels}
            times={labels.map((_, at) => of.turnaround.find(({ period }) => period === at)?.[which])}
          />
        ))}
      </div>
    </section>
  );
}

/** Median and 90th percentile of times, drawn over the periods. */
export function TimesOf({
  title,
  counted,
  labels,
  times,
}: {
  title: string;
  counted: string;
  labels: readonly string[];
  times: readonly (Times | null | undefined)[];
}): ReactNode {
  const words = useWords();
  const { say, number } = words;
  const point = (value: number | undefined) => (value === undefined ? null : { value });
  const write = (value: number | undefined) => (value === undefined ? "–" : duration(words, value));
  return (
    <div>
      <h3>{title}</h3>
      <Chart
        title={title}
        kind="lines"
        labels={labels}
        most={roundUpTime(Math.max(0, ...times.map((one) => one?.p90_s ?? 0)))}
        series={[
          { name: say("dashboard.median"), points: times.map((one) => point(one?.median_s)) },
          { name: say("dashboard.p90"), points: times.map((one) => point(one?.p90_s)) },
        ]}
        format={(value) => duration(words, value)}
      />
      <Behind
        caption={title}
        head={[say("dashboard.period"), say("dashboard.median"), say("dashboard.p90"), counted]}
        rows={labels.map((label, at) => [
          label,
          write(times[at]?.median_s),
          write(times[at]?.p90_s),
          number(times[at]?.n ?? 0),
        ])}
      />
    </div>
  );
}

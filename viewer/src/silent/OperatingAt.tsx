import { type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { AnalysisEntry, FindingEntry, OperatingCurves, Share } from "../api/types";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import { isNearest, pointAt } from "./operating";
import "./silent.css";

/** What a threshold does to sensitivity and specificity, on each bundle's own validation. */
export function OperatingAt({
  analyses,
  findings,
  threshold,
  selected,
}: {
  analyses: readonly AnalysisEntry[];
  findings: readonly FindingEntry[];
  threshold: number | null;
  selected: number | null;
}): ReactNode {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  const deciding = new Set(
    findings.filter((one) => one.threshold !== null).map(({ analysis }) => analysis),
  );
  const runs = analyses.filter(({ id }) => deciding.has(id));
  if (!runs.length) return null;
  const chosen = findings.find(({ id }) => id === selected);
  const shown = open || threshold !== null;
  return (
    <details
      className="operating-at"
      open={shown}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{say("operating.title")}</summary>
      {shown
        ? runs.map((run) => (
            <OfRun key={run.id} run={run} threshold={threshold} chosen={chosen?.name ?? null} />
          ))
        : null}
    </details>
  );
}

function OfRun({
  run,
  threshold,
  chosen,
}: {
  run: AnalysisEntry;
  threshold: number | null;
  chosen: string | null;
}): ReactNode {
  const { client } = useApi();
  const { language } = useWords();
  const { id } = run;
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => {
        // The titles come in the reader's language, so another language is another asking.
        const headers = { "Accept-Language": language };
        const params = { path: { analysis_id: id } };
        const path = "/api/v1/analyses/{analysis_id}/operating-curves";
        return answer(client.GET(path, { params, headers, signal }));
      },
      [client, id, language],
    ),
  );
  if (loaded.data) return <Table curves={loaded.data} {...{ threshold, chosen }} />;
  return loaded.problem === undefined ? null : (
    <Failure problem={loaded.problem} again={loaded.reload} />
  );
}

function Table({
  curves: { curves, known, version, scheme },
  threshold,
  chosen,
}: {
  curves: OperatingCurves;
  threshold: number | null;
  chosen: string | null;
}): ReactNode {
  const { say, number } = useWords();
  if (!known) return <p>{say("operating.unknown", { version })}</p>;
  if (!curves.length) return <p>{say("operating.none")}</p>;
  return (
    <>
      <p>
        {threshold === null
          ? say("operating.own")
          : say("operating.at", { threshold: number(threshold) })}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{say("operating.finding")}</th>
            <th scope="col">{say("operating.from")}</th>
            <th scope="col">{say("operating.sensitivity")}</th>
            <th scope="col">{say("operating.specificity")}</th>
          </tr>
        </thead>
        <tbody>
          {curves.map((curve) => {
            const point = pointAt(curve, threshold);
            if (!point) return null;
            const { sensitivity, specificity } = point;
            const counts = { present: number(sensitivity.n), absent: number(specificity.n) };
            return (
              <tr key={curve.name} className={curve.name === chosen ? "chosen" : undefined}>
                <th scope="row">
                  {curve.title}
                  <small>
                    {say("operating.counts", { ...counts, unit: sensitivity.unit })}
                    {curve.shown ? null : ` · ${say("operating.poor")}`}
                  </small>
                </th>
                <td>{number(Number(point.threshold.toFixed(2)))}</td>
                <Of share={sensitivity} />
                <Of share={specificity} />
              </tr>
            );
          })}
        </tbody>
      </table>
      {isNearest(curves, threshold) ? <p>{say("operating.nearest")}</p> : null}
      <p>{say("operating.scheme", { scheme })}</p>
    </>
  );
}

function Of({ share }: { share: Share }): ReactNode {
  const { number } = useWords();
  const two = (value: number | null) => (value === null ? "–" : number(Number(value.toFixed(2))));
  const { value, low, high, method } = share;
  return (
    <td title={method}>
      {two(value)}
      <small>{`${two(low)}–${two(high)}`}</small>
    </td>
  );
}

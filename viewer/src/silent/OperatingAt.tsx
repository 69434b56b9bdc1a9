import { type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type {
  AnalysisEntry,
  FindingEntry,
  OperatingCurveEntry,
  OperatingCurves,
  Share,
} from "../api/types";
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
  const deciding = new Set(
    findings.filter((one) => one.threshold !== null).map(({ analysis }) => analysis),
  );
  const runs = analyses.filter(({ id }) => deciding.has(id));
  const [open, setOpen] = useState(false);
  if (!runs.length) return null;
  const chosen = findings.find(({ id }) => id === selected)?.name ?? null;
  return (
    <details
      className="operating-at"
      open={open || threshold !== null}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{say("operating.title")}</summary>
      {open || threshold !== null
        ? runs.map((run) => <OfRun key={run.id} {...{ run, threshold, chosen }} />)
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
  const { id } = run;
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => {
        const params = { path: { analysis_id: id } };
        const path = "/api/v1/analyses/{analysis_id}/operating-curves";
        return answer(client.GET(path, { params, signal }));
      },
      [client, id],
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
            <th scope="col">{say("operating.sensitivity")}</th>
            <th scope="col">{say("operating.specificity")}</th>
          </tr>
        </thead>
        <tbody>
          {curves.map((curve) => (
            <Row key={curve.name} {...{ curve, threshold }} chosen={curve.name === chosen} />
          ))}
        </tbody>
      </table>
      {isNearest(curves, threshold) ? <p>{say("operating.nearest")}</p> : null}
      <p className="hint">{say("operating.scheme", { scheme })}</p>
    </>
  );
}

/** One finding on one line; whoever chooses it is told the numbers behind it. */
function Row({
  curve,
  threshold,
  chosen,
}: {
  curve: OperatingCurveEntry;
  threshold: number | null;
  chosen: boolean;
}): ReactNode {
  const { say, number } = useWords();
  const point = pointAt(curve, threshold);
  if (!point) return null;
  const { sensitivity, specificity } = point;
  const at = number(Number(point.threshold.toFixed(2)));
  const behind = say("operating.counts", {
    present: number(sensitivity.n),
    absent: number(specificity.n),
    unit: sensitivity.unit,
  });
  const exact = threshold !== null && Math.abs(point.threshold - threshold) < 1e-9;
  return (
    <tr className={chosen ? "chosen" : undefined} title={behind}>
      <th scope="row">
        {curve.title}
        {exact ? null : ` · ${say("operating.from", { threshold: at })}`}
        {curve.shown ? null : <small>{say("operating.poor")}</small>}
        {chosen ? <small>{behind}</small> : null}
      </th>
      <Of share={sensitivity} />
      <Of share={specificity} />
    </tr>
  );
}

function Of({ share: { value, low, high, method } }: { share: Share }): ReactNode {
  const { number } = useWords();
  const two = (of: number | null) => (of === null ? "–" : number(Number(of.toFixed(2))));
  return (
    <td title={method}>
      {two(value)} <small>{`${two(low)}–${two(high)}`}</small>
    </td>
  );
}

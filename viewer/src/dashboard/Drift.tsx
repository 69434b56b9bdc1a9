import { type ReactNode, useCallback } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { BundleDriftEntry, Dashboard, DriftReport, DriftTest } from "../api/types";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords, type Words } from "../words";
import { Figures } from "./Behind";

const SMALLEST = 0.001;

/** Where a bundle's latest outputs differ from those before. */
export function Drift({ by }: { by: Dashboard["by"] }): ReactNode {
  const { say, number } = useWords();
  const { client } = useApi();
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) =>
        answer(client.GET("/api/v1/dashboard/drift", { params: { query: { by } }, signal })),
      [client, by],
    ),
  );
  const report: DriftReport | undefined = loaded.data;
  return (
    <section className="card" aria-labelledby="dashboard-drift">
      <h2 id="dashboard-drift">{say("dashboard.drift")}</h2>
      {loaded.problem === undefined ? null : (
        <Failure problem={loaded.problem} again={loaded.reload} />
      )}
      {report || loaded.problem ? null : <Waiting />}
      {report ? (
        <p className="hint">
          {say("dashboard.drift.what", { share: number(report.false_alarms * 100) })}
        </p>
      ) : null}
      {report?.bundles.length === 0 ? <p>{say("dashboard.drift.none")}</p> : null}
      {report?.bundles.map((one) => (
        <OfBundle key={`${one.bundle} ${one.version}`} of={one} fewest={report.fewest} />
      ))}
    </section>
  );
}

function OfBundle({ of, fewest }: { of: BundleDriftEntry; fewest: number }): ReactNode {
  const words = useWords();
  const { say, number, date } = words;
  const studies = { now: number(of.studies_now), before: number(of.studies_before) };
  return (
    <article className={`drift drift-${of.verdict}`}>
      <h3>
        {of.bundle} <span className="hint">{of.version}</span>
        <span className="drift-verdict">{say(`dashboard.drift.${of.verdict}`)}</span>
      </h3>
      {of.verdict === "changed" ? <p>{say("dashboard.drift.act")}</p> : null}
      <p className="hint">
        {of.verdict === "too-few"
          ? say("dashboard.drift.tooFew", { ...studies, fewest })
          : say("dashboard.drift.compared", { ...studies, start: date(of.start) })}
      </p>
      {of.tests.length ? (
        <Figures
          caption={`${say("dashboard.drift")}: ${of.bundle} ${of.version}`}
          head={(["subject", "answer", "before", "now", "p", "detectable"] as const).map((word) =>
            say(`dashboard.drift.${word}`),
          )}
          rows={of.tests.map((test) => row(test, words))}
        />
      ) : null}
    </article>
  );
}

function row(test: DriftTest, words: Words): string[] {
  const { say, number } = words;
  const share = (value: number) =>
    say("dashboard.share.bare", { value: number(Number((value * 100).toFixed(1))) });
  const p =
    test.adjusted < SMALLEST
      ? say("dashboard.drift.below", { n: number(SMALLEST) })
      : number(Number(test.adjusted.toFixed(3)));
  const subject = test.subject === "run-ends" ? say("dashboard.drift.ends") : test.title;
  return [
    test.changed ? `⚠ ${subject}: ${say("dashboard.drift.changed")}` : subject,
    test.reason || answerOf(test, words),
    share(test.before),
    share(test.now),
    p,
    say("dashboard.drift.points", { n: number(Number((test.detectable * 100).toFixed(0))) }),
  ];
}

/** The answer in words: yes and no, a grade, or how a run ended. */
function answerOf({ subject, answer: given }: DriftTest, { say, name }: Words): string {
  if (subject === "pfirrmann-grade" && /^\d+$/.test(given)) return say("dashboard.grade", { n: given });
  return name("driftAnswer", given);
}

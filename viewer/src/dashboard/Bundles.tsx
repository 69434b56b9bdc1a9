import { type ReactNode, useId } from "react";
import type { Agreement, BundleFigures, Dashboard, NamedAgreement } from "../api/types";
import { useWords, type Words } from "../words";
import { Behind, Figures } from "./Behind";
import { Chart } from "./Chart";
import { duration, part, percent } from "./figures";

/** What each bundle did: runs, refusals, abstentions, and how often clinicians agreed. */
export function Bundles({ of, labels }: { of: Dashboard; labels: readonly string[] }): ReactNode {
  const { say } = useWords();
  return (
    <>
      <h2>{say("dashboard.bundles")}</h2>
      {of.with_silent ? null : <p className="hint">{say("dashboard.silentLeftOut")}</p>}
      {of.bundles.map((bundle) => (
        <OfBundle key={`${bundle.bundle} ${bundle.version}`} bundle={bundle} labels={labels} />
      ))}
    </>
  );
}

function OfBundle({
  bundle,
  labels,
}: {
  bundle: BundleFigures;
  labels: readonly string[];
}): ReactNode {
  const words = useWords();
  const { say, number } = words;
  const heading = useId();
  const at = (period: number) => bundle.periods.find((one) => one.period === period);
  const reasons = totals(bundle);
  const whole = [0, 100].map((value) => say("dashboard.share.bare", { value: number(value) }));
  return (
    <section className="card" aria-labelledby={heading}>
      <h3 id={heading}>
        {bundle.bundle} <span className="hint">{bundle.version}</span>
        {bundle.silent ? <span className="tag">{say("dashboard.silent")}</span> : null}
      </h3>
      <div className="dashboard-two">
        <div>
          <h4>{say("dashboard.runs")}</h4>
          <Chart
            title={say("dashboard.runs")}
            kind="bars"
            labels={labels}
            series={(["done", "refused", "failed"] as const).map((state) => ({
              name: say(`dashboard.${state}`),
              points: labels.map((_, period) => ({ value: at(period)?.[state] ?? 0 })),
            }))}
            format={number}
          />
        </div>
        <div>
          <h4>{say("dashboard.agreementChart")}</h4>
          {bundle.agreement ? (
            <Chart
              title={say("dashboard.agreementChart")}
              kind="lines"
              most={1}
              labels={labels}
              series={[
                {
                  name: say("dashboard.agreement"),
                  points: labels.map((_, period) => {
                    const share = at(period)?.agreement?.share;
                    return share?.value == null ? null : { ...share, value: share.value };
                  }),
                },
              ]}
              format={(value) =>
                value === 0 || value === 1
                  ? (whole[value] ?? "")
                  : say("dashboard.share.bare", { value: number(Math.round(value * 100)) })
              }
            />
          ) : (
            <p className="hint">{say("dashboard.noAgreement")}</p>
          )}
        </div>
      </div>
      <Behind
        caption={`${bundle.bundle} ${bundle.version}`}
        head={(
          [
            "period", "done", "refused", "failed", "refusedShare", "abstainedShare", "runTime", "agreement",
          ] as const
        ).map((word) => say(`dashboard.${word}`))}
        rows={labels.map((label, period) => rowOf(label, at(period), words))}
      />
      {reasons.length ? (
        <>
          <h4>{say("dashboard.reasons")}</h4>
          <ul className="dashboard-reasons">
            {reasons.map(([text, count]) => (
              <li key={text}>
                <strong>{number(count)}</strong> {text}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {bundle.agreement ? (
        <Agreements
          title={say("dashboard.agreement")}
          hint={say("dashboard.agreement.what")}
          whole={bundle.agreement}
          named={bundle.by_finding}
        />
      ) : null}
      {bundle.own_calls ? (
        <Agreements
          title={say("dashboard.own")}
          hint={say("dashboard.own.what")}
          whole={bundle.own_calls}
          named={bundle.own_calls_by_finding}
          own
        />
      ) : null}
    </section>
  );
}

function rowOf(
  label: string,
  one: BundleFigures["periods"][number] | undefined,
  words: Words,
): string[] {
  const { number } = words;
  if (!one) return [label, ...Array.from({ length: 7 }, () => "–")];
  const { done, refused, failed, run_time, agreement } = one;
  return [
    label,
    number(done),
    number(refused),
    number(failed),
    part(words, refused, done + refused + failed),
    part(words, one.abstained, one.findings),
    run_time ? duration(words, run_time.median_s) : "–",
    agreement ? percent(words, agreement.share) : "–",
  ];
}

function Agreements({
  title,
  hint,
  whole,
  named,
  own = false,
}: {
  title: string;
  hint: string;
  whole: Agreement;
  named: readonly NamedAgreement[];
  own?: boolean;
}): ReactNode {
  const words = useWords();
  const { say, number } = words;
  const row = (name: string, of: Agreement) => [
    name,
    percent(words, of.share),
    number(of.accepted),
    number(of.changed),
    ...(own ? [] : [number(of.rejected)]),
    number(of.unanswered),
    number(of.patients),
  ];
  return (
    <>
      <h4>{title}</h4>
      <p className="hint">{hint}</p>
      <Figures
        caption={title}
        head={[
          say("dashboard.finding"),
          say(own ? "dashboard.same" : "dashboard.agreement"),
          say(own ? "dashboard.same" : "dashboard.accepted") + (own ? " (n)" : ""),
          say(own ? "dashboard.other" : "dashboard.changed"),
          ...(own ? [] : [say("dashboard.rejected")]),
          say("dashboard.unanswered"),
          say("dashboard.patients"),
        ]}
        rows={[
          row(say("dashboard.all"), whole),
          ...named.map((one) => row(one.title, one.agreement)),
        ]}
      />
    </>
  );
}

/** Each reason with how many had it over all periods, the most frequent first. */
function totals({ periods }: BundleFigures): [string, number][] {
  const counts = new Map<string, number>();
  for (const { text, count } of periods.flatMap(({ reasons }) => reasons)) {
    counts.set(text, (counts.get(text) ?? 0) + count);
  }
  return [...counts].toSorted((a, b) => b[1] - a[1]);
}

import { type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { Dashboard } from "../api/types";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { Bundles } from "./Bundles";
import { Drift } from "./Drift";
import { periodName } from "./figures";
import { Turnarounds, Volumes } from "./Volumes";
import "./dashboard.css";

type By = Dashboard["by"];

/** What the department did and how its bundles fared, by month or week. */
export function DashboardPage(): ReactNode {
  const { say, moment } = useWords();
  const [by, setBy] = useState<By>("month");
  const loaded = useDashboard(by);
  const found = loaded.data?.by === by ? loaded.data : undefined;
  return (
    <div className="page dashboard">
      <header className="dashboard-head">
        <div>
          <h1>{say("dashboard.title")}</h1>
          <p className="hint">{say("dashboard.why")}</p>
        </div>
        <fieldset>
          <legend className="unseen">{say("dashboard.by")}</legend>
          {(["month", "week"] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="by" checked={by === one} onChange={() => setBy(one)} />
              {say(`dashboard.by.${one}`)}
            </label>
          ))}
        </fieldset>
      </header>
      {loaded.problem === undefined ? null : (
        <Failure problem={loaded.problem} again={loaded.reload} />
      )}
      {found || loaded.problem ? null : <Waiting />}
      {found ? <Found of={found} /> : null}
      {found ? <p className="hint">{say("dashboard.counted", { when: moment(found.counted_at) })}</p> : null}
    </div>
  );
}

/** The figures by months or weeks, asked for in the reader's language. */
function useDashboard(by: By) {
  const { client } = useApi();
  return useLoaded(
    useCallback(
      (signal: AbortSignal) =>
        answer(client.GET("/api/v1/dashboard", { params: { query: { by } }, signal })),
      [client, by],
    ),
  );
}

function Found({ of }: { of: Dashboard }): ReactNode {
  const { say, language } = useWords();
  const labels = of.periods.map(({ start }) => periodName(start, of.by, language));
  if (!of.volume.length && !of.bundles.length) {
    return (
      <section className="card">
        <h2>{say("dashboard.empty")}</h2>
        <p>{say("dashboard.empty.why")}</p>
      </section>
    );
  }
  return (
    <>
      <Drift by={of.by} />
      <Volumes of={of} labels={labels} />
      <Turnarounds of={of} labels={labels} />
      <Bundles of={of} labels={labels} />
    </>
  );
}

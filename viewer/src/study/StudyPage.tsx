import { type ReactNode, useCallback, useEffect, useState } from "react";
import { useParams } from "react-router";
import { useApi } from "../api/context";
import { type Loaded, useLoaded } from "../api/loaded";
import { type StudyEvent, listen } from "../api/events";
import type { Overlays, StudyDetail } from "../api/types";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { type StartEngine, useEngine, useStartEngine } from "../viewport/engine";
import { askOverlays, askStudy } from "./ask";
import { Reading } from "./Reading";
import "./study.css";

/** One study: images, findings and what was not assessed. */
export function StudyPage(): ReactNode {
  const { id } = useParams();
  const study = Number(id);
  const { say } = useWords();
  const { engine, problem } = useEngine();
  const detail = useDetail(study);
  const overlays = useOverlays(study, detail.data);
  if (detail.problem && !detail.data) {
    return (
      <div className="page">
        <Failure problem={detail.problem} again={detail.reload} />
      </div>
    );
  }
  if (!detail.data || detail.data.study.id !== study) return <Waiting />;
  return (
    <>
      {problem ? (
        <p role="alert" className="study-alert">
          {say("study.noEngine")}
        </p>
      ) : null}
      <Missed detail={detail} overlays={overlays} />
      <Reading
        key={study}
        detail={detail.data}
        again={detail.reload}
        overlays={overlays.data ?? NO_OVERLAYS}
        engine={engine}
      />
    </>
  );
}

/** What of the study could not be had though it is open; what is not drawn must not read as normal. */
function Missed(props: { detail: Loaded<StudyDetail>; overlays: Loaded<Overlays> }): ReactNode {
  const missed = [props.overlays, props.detail].find(({ problem }) => problem !== undefined);
  if (!missed) return null;
  return (
    <div className="study-missed">
      <Failure problem={missed.problem} again={missed.reload} />
    </div>
  );
}

const NO_OVERLAYS: Overlays = { structures: [], labels: [] };

/** The study, asked for again whenever the service says that it changed. */
function useDetail(study: number): Loaded<StudyDetail> {
  const api = useApi();
  const start = useStartEngine();
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const detail = await askStudy(api, study, signal);
      void warmSeries(start, detail);
      return detail;
    },
    [api, study, start],
  );
  const loaded = useLoaded(ask);
  const { reload } = loaded;
  useEffect(
    () =>
      listen({
        changed: (event: StudyEvent) => {
          if (event.id === study) reload();
        },
        returned: reload,
        live: () => undefined,
      }),
    [study, reload],
  );
  return loaded;
}

/** Has the first series' headers fetched while the page is still being laid out. */
async function warmSeries(start: StartEngine, { study, series }: StudyDetail): Promise<void> {
  const engine = await start().catch(() => null);
  for (const { uid } of series.slice(0, 2)) {
    // Why it failed is told where the series is shown.
    engine?.frames(study.uid, uid).catch(() => undefined);
  }
}

/** What is drawn over the images, asked for again where other runs are shown or one is done. */
function useOverlays(study: number, detail: StudyDetail | undefined): Loaded<Overlays> {
  const api = useApi();
  const runs = detail?.analyses.map(({ id, state }) => `${id} ${state}`).join();
  const [asked, setAsked] = useState(runs);
  useEffect(() => setAsked((before) => before ?? runs), [runs]);
  const ask = useCallback((signal: AbortSignal) => askOverlays(api, study, signal), [api, study]);
  const loaded = useLoaded(ask);
  const { reload } = loaded;
  useEffect(() => {
    if (runs === undefined || asked === undefined || runs === asked) return;
    setAsked(runs);
    reload();
  }, [runs, asked, reload]);
  return loaded;
}

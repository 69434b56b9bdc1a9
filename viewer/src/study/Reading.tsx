import { type ReactNode, useCallback, useMemo, useReducer } from "react";
import type { Overlays, StudyDetail } from "../api/types";
import { useCorrect } from "../corrections/useCorrect";
import { useCorrections } from "../corrections/useCorrections";
import { FindingsPanel } from "../findings/FindingsPanel";
import { startSlice } from "../findings/places";
import { ObservationsPanel } from "../observations/ObservationsPanel";
import { RedFlags } from "../observations/RedFlags";
import { useObservations } from "../observations/useObservations";
import { drawnOver } from "../outside/items";
import { OutsidePanel } from "../outside/OutsidePanel";
import { OutsideSwitch } from "../outside/OutsideSwitch";
import { type OutsideOf, useOutside } from "../outside/useOutside";
import { ReportPanel } from "../reports/ReportPanel";
import { type Tab, Tabs } from "../shell/Tabs";
import { OperatingAt } from "../silent/OperatingAt";
import { OwnCalls } from "../silent/OwnCalls";
import { useOwnCalls } from "../silent/useOwnCalls";
import { useWords, type Words } from "../words";
import type { Frame } from "../viewport/frames";
import { firstPanes, panesReducer } from "../viewport/panes";
import type { Engine } from "../viewport/stage";
import { useFrames } from "../viewport/useFrames";
import { Viewer } from "../viewport/Viewer";
import { DrawnSwitches } from "./DrawnSwitches";
import { useKeysHelp } from "./KeysHelp";
import { sourcesOf } from "./sources";
import { SideHandle } from "./SideHandle";
import { StudyHeader } from "./StudyHeader";
import { useFindings } from "./useFindings";
import { usePriors } from "./usePriors";
import { useSide } from "./useSide";
import { type SideTab, useSideTab } from "./useSideTab";
import { useStarts } from "./useStarts";

/** A study that is here: its header, images and findings, which point at each other. */
export function Reading({
  detail,
  again,
  overlays,
  engine,
}: {
  detail: StudyDetail;
  /** Asks for the study anew. */
  again: () => void;
  overlays: Overlays;
  engine: Engine | null;
}): ReactNode {
  const { say } = useWords();
  const [tab, setTab] = useSideTab();
  const observations = useObservations(detail.study.patient.id, detail.study.revision);
  const side = useSide();
  const priors = usePriors(detail);
  const sources = useMemo(() => sourcesOf(detail, priors.details), [detail, priors.details]);
  const known = useFrames(engine, sources);
  const [state, act] = useReducer(panesReducer, detail, ({ series }) =>
    firstPanes(series.map(({ uid }) => uid)),
  );
  const startOf = useCallback(
    (series: string) => startSlice(series, detail.findings, known.frames.get(series) ?? []),
    [detail.findings, known.frames],
  );
  useStarts(state, known.frames, startOf, act);
  const correcting = useCorrections(detail.study.id, detail.study.revision);
  const findings = useFindings(detail, overlays, correcting.corrections, known.frames, act);
  const { selected } = findings.choice;
  const on = tab === "findings";
  const correct = useCorrect({ detail, findings: findings.findings, correcting, selected, on });
  const ownCalls = useOwnCalls(detail.study);
  const called = ownCalls.runs?.filter((run) => run.called).length ?? 0;
  const outside = useOutside(detail.study, called, known.frames, findings.goTo);
  const ofFindings = findings.drawing;
  const ofOutside = outside.drawing;
  const drawing = useCallback(
    (frame: Frame) => drawnOver(ofFindings(frame), ofOutside(frame)),
    [ofFindings, ofOutside],
  );
  const help = useKeysHelp(correcting.may);
  return (
    <div className="reading" style={side.style}>
      <StudyHeader detail={detail} beside={priors.beside} shownBeside={priors.shown} />
      {detail.series.length ? (
        <Viewer
          {...{ engine, sources, known, state, act }}
          target={findings.target}
          drawing={drawing}
          selected={selected}
          marking={correct.marking}
          pick={findings.pick}
          step={findings.step}
        />
      ) : (
        <p className="study-empty">{say("study.noImages")}</p>
      )}
      <SideHandle side={side} />
      <div className="reading-side">
        <DrawnSwitches
          overlays={overlays}
          findings={detail.findings}
          shown={findings.shown}
          set={findings.setShown}
        />
        <OutsideSwitch outside={outside} />
        <RedFlags observations={observations} />
        <Tabs
          label={say("study.side")}
          open={tab}
          choose={setTab}
          tabs={[
            {
              name: "findings",
              title: say("findings.title"),
              panel: (
                <FindingsPanel
                  {...{ detail, correct }}
                  {...findings}
                  help={help.show}
                  operating={
                    <OperatingAt
                      {...{ selected, analyses: detail.analyses, findings: findings.findings }}
                      threshold={findings.choice.threshold}
                    />
                  }
                  silent={ownCalls.runs}
                  ownCalls={<OwnCalls select={findings.select} calls={ownCalls} />}
                />
              ),
            },
            {
              name: "observations",
              title: say("observations.title"),
              panel: <ObservationsPanel detail={detail} observations={observations} />,
            },
            {
              name: "report",
              title: say("reports.title"),
              panel: <ReportPanel {...{ detail, side, again }} />,
            },
            ...outsideTab(outside, say),
          ]}
        />
      </div>
      {help.dialog}
    </div>
  );
}

/** The tab of what others found, where there is something of it or it could not be had. */
function outsideTab(outside: OutsideOf, say: Words["say"]): Tab<SideTab>[] {
  const { data, problem } = outside.loaded;
  const n = (data?.results.length ?? 0) + (data?.left_out ?? 0);
  if (!n && !data?.held && problem === undefined) return [];
  const title = n ? say("outside.titleCount", { n }) : say("outside.tab");
  return [{ name: "outside", title, panel: <OutsidePanel outside={outside} /> }];
}

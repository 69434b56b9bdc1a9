import { type ReactNode, useEffect, useRef } from "react";
import type { AnalysisEntry, SilentRun, StudyDetail } from "../api/types";
import { AcceptAll, CorrectionsBar, UndoButton } from "../corrections/Bar";
import { History } from "../corrections/History";
import type { Correct } from "../corrections/useCorrect";
import { type Looked, lookedAt } from "../silent/seen";
import { useWords } from "../words";
import { Analyses } from "./Analyses";
import { isFolded } from "./decision";
import { earlierRuns } from "./earlierRuns";
import { FindingRow } from "./FindingRow";
import { byLevel, type LevelGroup } from "./groups";
import { Measures } from "./Measures";
import { NotAssessed, Notes } from "./Notes";
import { levelNames, type StandingFinding } from "./standing";
import { ThresholdSlider } from "./ThresholdSlider";
import "../corrections/corrections.css";
import "./findings.css";

/** What of the findings is chosen, drawn and switched off. */
export interface FindingsChoice {
  threshold: number | null;
  selected: number | null;
  hidden: ReadonlySet<number>;
}

export interface PanelProps {
  detail: StudyDetail;
  /** The findings as they stand; the models' own while the readers' corrections are not here. */
  findings: readonly StandingFinding[];
  /** What readers said, and how to say more. */
  correct: Correct;
  help: () => void;
  /** What stands below the slider, and above the findings. */
  operating?: ReactNode;
  /** The silent runs as the reader may know of them. */
  silent?: readonly SilentRun[] | undefined;
  ownCalls?: ReactNode;
  choice: FindingsChoice;
  setThreshold: (threshold: number | null) => void;
  select: (finding: StandingFinding) => void;
  toggle: (finding: StandingFinding) => void;
}

/** Everything that the bundles say of a study, and what nobody looked at. */
export function FindingsPanel(props: PanelProps): ReactNode {
  const { detail, findings, correct, choice } = props;
  const { say } = useWords();
  const groups = byLevel(findings, choice.threshold);
  const analyses = new Map(detail.analyses.map((analysis) => [analysis.id, analysis]));
  const looked = lookedAt(detail.analyses, props.silent);
  const thresholded = detail.findings.some((finding) => finding.threshold !== null);
  return (
    <aside className="findings" aria-label={say("findings.title")}>
      <div className="findings-head">
        <h2>{say("findings.title")}</h2>
        <UndoButton correcting={correct.correcting} />
        <button type="button" className="button plain small" onClick={props.help}>
          {say("keys.title")} <kbd>?</kbd>
        </button>
      </div>
      {looked.analyses.some((one) => one.simulated_training) ? (
        <p className="badge-simulated">{say("findings.simulatedTraining")}</p>
      ) : null}
      <p className="findings-draft">{say("findings.draft")}</p>
      <RunsAgain analyses={detail.analyses} />
      <Notes analyses={looked.analyses} />
      {thresholded ? (
        <ThresholdSlider
          findings={findings}
          threshold={choice.threshold}
          set={props.setThreshold}
        />
      ) : null}
      {props.operating}
      {props.ownCalls}
      <CorrectionsBar correct={correct} />
      {findings.length === 0 ? (
        <p className="findings-none">{say(noneWord(detail.analyses, looked))}</p>
      ) : null}
      {groups.map((group) => (
        <Level key={group.level ?? "study"} {...props} group={group} analyses={analyses} />
      ))}
      <Measures
        measured={detail.measurements}
        nameOf={levelNames(detail.findings, correct.correcting.corrections)}
      />
      <History
        title="corrections.historyOf"
        entries={correct.correcting.corrections?.corrections ?? []}
        correct={correct}
      />
      <NotAssessed looked={looked} />
      <Analyses analyses={looked.analyses} pages={!detail.study.patient.pseudonymous} />
    </aside>
  );
}

/** Says of each bundle that runs again, or could not, that its findings are still those of before. */
function RunsAgain({ analyses }: { analyses: readonly AnalysisEntry[] }): ReactNode {
  const { say, moment } = useWords();
  const earlier = earlierRuns(analyses);
  return analyses.map(({ id, bundle, finished_at }) => {
    const why = earlier.get(id);
    return why ? (
      <p key={id} className="findings-again" role="status">
        {say(`analysis.earlier.${why}`, { bundle, when: finished_at ? moment(finished_at) : "" })}
      </p>
    ) : null;
  });
}

function noneWord(
  open: readonly AnalysisEntry[],
  { called, untold }: Looked,
): "findings.notYet" | "findings.none" | "findings.noneOpen" | "findings.noneUntold" {
  if (open.some(({ state }) => state === "queued" || state === "running")) return "findings.notYet";
  if (untold) return "findings.noneUntold";
  return called ? "findings.noneOpen" : "findings.none";
}

interface LevelProps extends PanelProps {
  group: LevelGroup;
  analyses: ReadonlyMap<string, AnalysisEntry>;
}

function Level({ group, analyses, correct, choice, select, toggle }: LevelProps): ReactNode {
  const { say, count } = useWords();
  const earlier = earlierRuns([...analyses.values()]);
  const low = group.findings.filter((f) => isFolded(f, choice.threshold));
  const high = group.findings.filter((f) => !low.includes(f));
  const may = correct.correcting.may && correct.correcting.corrections !== undefined;
  const lowChosen = low.some(({ id }) => id === choice.selected);
  const row = (finding: StandingFinding) => (
    <FindingRow
      key={finding.id}
      finding={finding}
      analysis={analyses.get(finding.analysis)}
      earlier={earlier.has(finding.analysis)}
      threshold={choice.threshold}
      selected={finding.id === choice.selected}
      hidden={choice.hidden.has(finding.id)}
      select={() => select(finding)}
      toggle={() => toggle(finding)}
      correct={may ? correct : null}
    />
  );
  return (
    <section className="level" aria-label={group.level ?? say("findings.study")}>
      <h3>
        {group.level ?? say("findings.study")}
        {group.indexFromCaudal === null ? null : (
          <small>{say("findings.fromCaudal", { n: group.indexFromCaudal })}</small>
        )}
        {may ? (
          <AcceptAll
            {...{ correct }}
            findings={group.findings}
            level={group.level ?? say("findings.study")}
          />
        ) : null}
      </h3>
      <ul>{high.map(row)}</ul>
      {low.length ? (
        <Low open={lowChosen} summary={count("findings.below", low.length)}>
          <ul>{low.map(row)}</ul>
        </Low>
      ) : null}
    </section>
  );
}

/** What is below its threshold: listed, and opened where one of it is chosen on the image. */
function Low({
  open,
  summary,
  children,
}: {
  open: boolean;
  summary: string;
  children: ReactNode;
}): ReactNode {
  const details = useRef<HTMLDetailsElement | null>(null);
  useEffect(() => {
    if (open && details.current) details.current.open = true;
  }, [open]);
  return (
    <details ref={details} className="level-low">
      <summary>{summary}</summary>
      {children}
    </details>
  );
}

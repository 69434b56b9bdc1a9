import { type ReactNode, useEffect, useRef } from "react";
import type { AnalysisEntry } from "../api/types";
import { CorrectForm } from "../corrections/CorrectForm";
import { RowActs } from "../corrections/RowActs";
import { StandingBy, StandingValue } from "../corrections/Stands";
import type { Correct } from "../corrections/useCorrect";
import { useWords } from "../words";
import { drawnDecision, isMoved, storedDecision } from "./decision";
import { Operating } from "./Operating";
import { ProbabilityBar } from "./ProbabilityBar";
import type { StandingFinding } from "./standing";

/** One finding: what is said, how probable it is, and its details once it is chosen. */
export function FindingRow({
  finding,
  analysis,
  threshold,
  selected,
  hidden,
  select,
  toggle,
  correct,
  earlier,
}: {
  finding: StandingFinding;
  analysis: AnalysisEntry | undefined;
  /** Whether it is of a run that stands only until the new one of its bundle ends. */
  earlier: boolean;
  threshold: number | null;
  selected: boolean;
  hidden: boolean;
  select: () => void;
  toggle: () => void;
  /** `null` where the reader may not correct. */
  correct: Correct | null;
}): ReactNode {
  const { say } = useWords();
  const row = useRef<HTMLLIElement | null>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView?.({ block: "nearest" });
  }, [selected]);
  const drawn = drawnDecision(finding, threshold);
  return (
    <li ref={row} className={`finding finding-${drawn}${selected ? " finding-chosen" : ""}`}
      data-state={finding.read?.state}>
      <div className="finding-head">
        <button type="button" className="finding-name" aria-pressed={selected} onClick={select}>
          <span className="finding-title">{finding.title}</span>
          <span className="finding-decision">
            {finding.read?.valueSaid ? (
              <StandingValue finding={finding} />
            ) : drawn === "graded" ? (
              finding.text
            ) : (
              say(`decision.${drawn}`)
            )}
          </span>
        </button>
        {correct ? <RowActs {...{ finding, correct }} /> : null}
        <input
          type="checkbox"
          checked={!hidden}
          aria-label={say("findings.draw", { title: finding.title, level: finding.level ?? "" })}
          title={say("findings.drawShort")}
          onChange={toggle}
        />
      </div>
      {earlier ? (
        <p>
          <span className="finding-earlier">{say("analysis.earlier")}</span>
        </p>
      ) : null}
      {finding.abstained ? (
        <p className="finding-reason">{finding.abstention?.text ?? say("decision.abstained")}</p>
      ) : (
        <ProbabilityBar finding={finding} threshold={threshold} />
      )}
      <StandingBy finding={finding} />
      {isMoved(finding, threshold) ? (
        <p className="finding-moved">
          {say("findings.moved", { stored: say(`decision.${storedDecision(finding)}`) })}
        </p>
      ) : null}
      {selected ? <Details finding={finding} analysis={analysis} /> : null}
      {selected && correct ? <CorrectForm {...{ finding, correct }} /> : null}
    </li>
  );
}

function Details({
  finding,
  analysis,
}: {
  finding: StandingFinding;
  analysis: AnalysisEntry | undefined;
}): ReactNode {
  const { say, count } = useWords();
  return (
    <div className="finding-details">
      <p>
        {finding.read?.added
          ? say("corrections.noModel")
          : finding.read?.valueSaid
            ? say("corrections.byModel", { text: finding.text })
            : finding.text}
      </p>
      <Operating finding={finding} />
      {analysis ? (
        <p className="finding-maker">
          {say("findings.by", { bundle: analysis.bundle, version: analysis.version })}
          {" · "}
          {count("findings.places", finding.evidence.length)}
        </p>
      ) : null}
    </div>
  );
}

import { type ReactNode, useEffect, useRef } from "react";
import type { AnalysisEntry, FindingEntry } from "../api/types";
import { useWords } from "../words";
import { drawnDecision, isMoved, storedDecision } from "./decision";
import { Operating } from "./Operating";
import { ProbabilityBar } from "./ProbabilityBar";

/** One finding: what is said, how probable it is, and its details once it is chosen. */
export function FindingRow({
  finding,
  analysis,
  threshold,
  selected,
  hidden,
  select,
  toggle,
}: {
  finding: FindingEntry;
  analysis: AnalysisEntry | undefined;
  threshold: number | null;
  selected: boolean;
  hidden: boolean;
  select: () => void;
  toggle: () => void;
}): ReactNode {
  const { say } = useWords();
  const row = useRef<HTMLLIElement | null>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView?.({ block: "nearest" });
  }, [selected]);
  const drawn = drawnDecision(finding, threshold);
  return (
    <li ref={row} className={`finding finding-${drawn}${selected ? " finding-chosen" : ""}`}>
      <div className="finding-head">
        <button type="button" className="finding-name" aria-pressed={selected} onClick={select}>
          <span className="finding-title">{finding.title}</span>
          <span className="finding-decision">
            {drawn === "graded" ? finding.text : say(`decision.${drawn}`)}
          </span>
        </button>
        <input
          type="checkbox"
          checked={!hidden}
          aria-label={say("findings.draw", { title: finding.title, level: finding.level ?? "" })}
          title={say("findings.drawShort")}
          onChange={toggle}
        />
      </div>
      {finding.abstained ? (
        <p className="finding-reason">{finding.abstention?.text ?? say("decision.abstained")}</p>
      ) : (
        <ProbabilityBar finding={finding} threshold={threshold} />
      )}
      {isMoved(finding, threshold) ? (
        <p className="finding-moved">
          {say("findings.moved", { stored: say(`decision.${storedDecision(finding)}`) })}
        </p>
      ) : null}
      {selected ? <Details finding={finding} analysis={analysis} /> : null}
    </li>
  );
}

function Details({
  finding,
  analysis,
}: {
  finding: FindingEntry;
  analysis: AnalysisEntry | undefined;
}): ReactNode {
  const { say, count } = useWords();
  return (
    <div className="finding-details">
      <p>{finding.text}</p>
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

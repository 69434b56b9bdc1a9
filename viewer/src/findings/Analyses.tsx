import type { ReactNode } from "react";
import type { AnalysisEntry } from "../api/types";
import { useWords } from "../words";
import { earlierRuns } from "./earlierRuns";
import { exclusionText } from "./exclusions";
import { RunUnderWay } from "./RunUnderWay";

const PAGES = ["html", "pdf"] as const;

/** What made the findings: bundles with version, hash, intended use and exclusions. */
export function Analyses({
  analyses,
  pages = false,
}: {
  analyses: readonly AnalysisEntry[];
  /** Whether who reads may have a run's own report, which names the study. */
  pages?: boolean;
}): ReactNode {
  const { say } = useWords();
  if (analyses.length === 0) return null;
  const earlier = earlierRuns(analyses);
  return (
    <section className="analyses" aria-label={say("findings.bundles")}>
      <h3>{say("findings.bundles")}</h3>
      {analyses.map((analysis) => (
        <Analysis
          key={analysis.id}
          analysis={analysis}
          earlier={earlier.has(analysis.id)}
          pages={pages}
        />
      ))}
    </section>
  );
}

function Analysis({
  analysis,
  earlier,
  pages,
}: {
  analysis: AnalysisEntry;
  earlier: boolean;
  pages: boolean;
}): ReactNode {
  const { say, moment, language } = useWords();
  const exclusion = (code: string) => exclusionText(code, say).toLocaleLowerCase(language);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  return (
    <div className="analysis">
      <p className="analysis-name">
        <strong>{analysis.bundle}</strong> {analysis.version}{" "}
        <code title={analysis.sha256}>{analysis.sha256.slice(0, 12)}</code>{" "}
        <span className={`analysis-state analysis-${analysis.state}`}>
          {say(`analysis.${analysis.state}`)}
        </span>{" "}
        {earlier ? <span className="finding-earlier">{say("analysis.earlier")}</span> : null}
        {analysis.simulated_training ? (
          <span className="badge-simulated">{say("findings.simulatedShort")}</span>
        ) : null}
      </p>
      <RunUnderWay analysis={analysis} />
      <p className="analysis-use">{analysis.intended_use}</p>
      {analysis.exclusions.length ? (
        <p className="analysis-use">
          {say("findings.notFor", { list: list.format(analysis.exclusions.map(exclusion)) })}
        </p>
      ) : null}
      {analysis.finished_at ? (
        <p className="analysis-made">
          {say("findings.made", {
            when: moment(analysis.finished_at),
            software: analysis.software_version ?? "",
          })}
        </p>
      ) : null}
      {pages && analysis.state === "done" ? (
        <p className="analysis-made">
          {say("findings.ownReport")}{" "}
          {PAGES.map((kind) => (
            <a
              key={kind}
              className="analysis-page"
              href={pageOf(analysis.id, kind, language)}
              target="_blank"
              rel="noreferrer"
            >
              {kind.toUpperCase()}
            </a>
          ))}
        </p>
      ) : null}
    </div>
  );
}

/** Where a run's own report lies; a link that is followed says no language but in its address. */
function pageOf(analysis: string, kind: (typeof PAGES)[number], language: string): string {
  return `/api/v1/analyses/${encodeURIComponent(analysis)}/files/report.${kind}?language=${language}`;
}

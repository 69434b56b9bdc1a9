import type { ReactNode } from "react";
import type { FindingEntry } from "../api/types";
import { useWords } from "../words";

/** How probable a finding is, on a line from 0 to 1 with the threshold that decides. */
export function ProbabilityBar({
  finding,
  threshold,
}: {
  finding: FindingEntry;
  threshold: number | null;
}): ReactNode {
  const { say, number } = useWords();
  const { probability } = finding;
  if (probability === null) return null;
  const own = finding.threshold;
  const shown = number(Number(probability.toFixed(2)));
  const text =
    own === null
      ? say("findings.probability", { p: shown })
      : say("findings.probabilityOf", { p: shown, t: number(Number(own.toFixed(2))) });
  return (
    <div className="probability">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={text}>
        <rect className="probability-ground" width="100" height="8" rx="1" />
        <rect className="probability-value" width={probability * 100} height="8" rx="1" />
        {own === null ? null : <Tick className="probability-own" at={own} />}
        {threshold === null || own === null ? null : (
          <Tick className="probability-slider" at={threshold} />
        )}
      </svg>
      <span className="probability-number">{shown}</span>
    </div>
  );
}

function Tick({ at, className }: { at: number; className: string }): ReactNode {
  return <rect className={className} x={Math.min(Math.max(at * 100 - 0.6, 0), 98.8)} width="1.2" height="8" />;
}

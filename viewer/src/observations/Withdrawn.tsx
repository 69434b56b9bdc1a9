import type { ReactNode } from "react";
import { useWords } from "../words";
import type { Told } from "./history";
import { ObservationCard } from "./ObservationCard";

/** What was taken back, closed until somebody asks. */
export function Withdrawn({ told }: { told: readonly Told[] }): ReactNode {
  const { count } = useWords();
  if (told.length === 0) return null;
  return (
    <details className="obs-withdrawn">
      <summary>{count("observations.withdrawn", told.length)}</summary>
      <ol className="obs-list">
        {told.map((one) => (
          <li key={one.entry.id}>
            <ObservationCard told={one} />
          </li>
        ))}
      </ol>
    </details>
  );
}

import type { ReactNode } from "react";
import type { Loaded } from "../api/loaded";
import type { ObservationEntry } from "../api/types";
import { useWords } from "../words";
import { standingRedFlags } from "./history";
import "./observations.css";

/** The patient's red flags, whatever else is looked at: told, and no triage. */
export function RedFlags({
  observations,
}: {
  observations: Loaded<ObservationEntry[]>;
}): ReactNode {
  const { say, date } = useWords();
  if (observations.problem && !observations.data) {
    return <p className="obs-strip">{say("observations.notLoaded")}</p>;
  }
  const flags = standingRedFlags(observations.data ?? []);
  if (flags.length === 0) return null;
  return (
    <section className="obs-redflags obs-strip" aria-label={say("observations.redFlags")}>
      <strong>{say("observations.redFlags")}</strong>
      <ul>
        {flags.map(({ flag, on, since }) => (
          <li key={flag}>
            {flag} {on ? <small>{date(on)}</small> : null}
            {since ? (
              <small className="obs-since">
                {say("observations.since", {
                  value: since.value,
                  day: since.on ? date(since.on) : say("observations.noDay"),
                })}
              </small>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

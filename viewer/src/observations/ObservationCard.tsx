import { type ReactNode, useId } from "react";
import type { ObservationEntry } from "../api/types";
import { useWords } from "../words";
import type { Told } from "./history";

/** An observation: when, by whom, what in words, and what stood there before it. */
export function ObservationCard(props: {
  told: Told;
  correct?: (() => void) | undefined;
  withdraw?: (() => void) | undefined;
  /** Where there is no day to show. */
  studyLabel?: string | undefined;
}): ReactNode {
  const { say, date, count } = useWords();
  const { entry, before } = props.told;
  const heading = useId();
  const day = entry.observed_on ? date(entry.observed_on) : say("observations.noDay");
  return (
    <article
      className={entry.red_flags.length ? "obs-card obs-alarm" : "obs-card"}
      aria-labelledby={heading}
    >
      <header>
        <h3 id={heading}>
          {entry.form_title} <small>{day}</small>
        </h3>
        {props.correct ? (
          <button type="button" className="button plain" onClick={props.correct}>
            {say("observations.correct")}
          </button>
        ) : null}
        {props.withdraw ? (
          <button type="button" className="button plain danger" onClick={props.withdraw}>
            {say("observations.withdraw")}
          </button>
        ) : null}
      </header>
      <Content entry={entry} />
      <By entry={entry} studyLabel={props.studyLabel} />
      {before.length ? (
        <details className="obs-history">
          <summary>{count("observations.before", before.length)}</summary>
          {before.map((earlier) => (
            <div key={earlier.id} className="obs-earlier">
              <Content entry={earlier} />
              <By entry={earlier} />
            </div>
          ))}
        </details>
      ) : null}
    </article>
  );
}

/** What an observation says: red flags first and loud, then every answer in words. */
export function Content({ entry }: { entry: ObservationEntry }): ReactNode {
  const { say } = useWords();
  const flagged = new Set(entry.red_flags);
  return (
    <>
      {entry.red_flags.length ? (
        <div className="obs-redflags">
          <strong>{say("observations.redFlags")}</strong>
          <ul>
            {entry.red_flags.map((flag) => (
              <li key={flag}>{flag}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {entry.shown.length ? (
        <dl className="obs-shown">
          {entry.shown.map(([label, value]) => (
            <div
              key={label}
              className={flagged.has(label) || flagged.has(`${label}: ${value}`) ? "flagged" : undefined}
            >
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {entry.text ? <p className="obs-said">{entry.text}</p> : null}
    </>
  );
}

function By(props: { entry: ObservationEntry; studyLabel?: string | undefined }): ReactNode {
  const { say, moment } = useWords();
  const { entry } = props;
  const word = entry.withdrawn ? "observations.withdrawnBy" : "observations.by";
  return (
    <p className="hint obs-by">
      {say(word, { name: entry.by, when: moment(entry.at) })}
      {props.studyLabel ? ` · ${props.studyLabel}` : ""}
    </p>
  );
}

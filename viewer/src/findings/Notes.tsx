import type { ReactNode } from "react";
import type { AnalysisEntry, Said } from "../api/types";
import type { Looked } from "../silent/seen";
import { useWords } from "../words";

/** A text, and what it is said of where that is not the study as a whole. */
export interface Told {
  text: string;
  of: readonly string[];
}

/** Each text once, whichever analyses say it, with all that it is said of. */
export function onceEach(messages: readonly Said[]): Told[] {
  const told = new Map<string, Set<string>>();
  for (const { text, subject } of messages) {
    const of = told.get(text) ?? new Set();
    if (subject && subject !== "study") of.add(subject);
    told.set(text, of);
  }
  return [...told].map(([text, of]) => ({ text, of: [...of] }));
}

/** Refusals and warnings stand above the findings; assumptions below them. */
export function Notes({ analyses }: { analyses: readonly AnalysisEntry[] }): ReactNode {
  const { say } = useWords();
  const refused = analyses.flatMap((one) => [...(one.reason ? [one.reason] : []), ...one.refused]);
  const warnings = analyses.flatMap((one) => one.warnings);
  const assumptions = analyses.flatMap((one) => one.assumptions);
  return (
    <>
      <List kind="refused" title={say("findings.refused")} said={refused} />
      <List kind="warned" title={say("findings.warnings")} said={warnings} />
      <List kind="assumed" title={say("findings.assumptions")} said={assumptions} />
    </>
  );
}

function List({
  kind,
  title,
  said,
}: {
  kind: string;
  title: string;
  said: readonly Said[];
}): ReactNode {
  if (said.length === 0) return null;
  return (
    <section className={`notes notes-${kind}`} aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {onceEach(said).map(({ text, of }) => (
          <li key={text}>
            {text} {of.length > 0 ? <small>({of.join(", ")})</small> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What nobody looked at; always open, so that silence is not read as normal. */
export function NotAssessed({
  looked: { analyses, untold },
}: {
  looked: Looked;
}): ReactNode {
  const { say } = useWords();
  const told = onceEach(analyses.flatMap((one) => one.not_assessed));
  return (
    <section className="not-assessed" aria-label={say("findings.notAssessed")}>
      <h3>{say("findings.notAssessed")}</h3>
      {told.length ? (
        <ul>
          {told.map(({ text }) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      ) : null}
      {untold ? <p>{say("findings.untoldAssessed")}</p> : null}
      {told.length || untold ? null : (
        <p>{say(assessedWord(analyses))}</p>
      )}
    </section>
  );
}

/** No list is no assurance: either nobody looked, or who did has not said (yet). */
function assessedWord(
  analyses: readonly AnalysisEntry[],
): "findings.nothingAssessed" | "findings.assessedLater" | "findings.assessedUnsaid" {
  if (analyses.some(({ state }) => state === "done")) return "findings.assessedUnsaid";
  return analyses.some(({ state }) => state === "queued" || state === "running")
    ? "findings.assessedLater"
    : "findings.nothingAssessed";
}

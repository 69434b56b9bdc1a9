import type { ReactNode } from "react";
import type { AnalysisEntry, Said } from "../api/types";
import { useWords } from "../words";

/** Each message once, whichever analyses say it. */
export function onceEach(messages: readonly Said[]): Said[] {
  const seen = new Map(messages.map((said) => [`${said.code}/${said.subject}/${said.text}`, said]));
  return [...seen.values()];
}

/** Refusals and warnings stand above the findings; assumptions below them. */
export function Notes({ analyses }: { analyses: readonly AnalysisEntry[] }): ReactNode {
  const { say } = useWords();
  const refused = onceEach(analyses.flatMap((one) => [...(one.reason ? [one.reason] : []), ...one.refused]));
  const warnings = onceEach(analyses.flatMap((one) => one.warnings));
  const assumptions = onceEach(analyses.flatMap((one) => one.assumptions));
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
        {said.map((one) => (
          <li key={`${one.code}/${one.subject}/${one.text}`}>{one.text}</li>
        ))}
      </ul>
    </section>
  );
}

/** What nobody looked at; always open, so that silence is not read as normal. */
export function NotAssessed({ analyses }: { analyses: readonly AnalysisEntry[] }): ReactNode {
  const { say } = useWords();
  const said = onceEach(analyses.flatMap((one) => one.not_assessed));
  return (
    <section className="not-assessed" aria-label={say("findings.notAssessed")}>
      <h3>{say("findings.notAssessed")}</h3>
      {said.length ? (
        <ul>
          {said.map((one) => (
            <li key={one.code}>{one.text}</li>
          ))}
        </ul>
      ) : (
        <p>{say("findings.nothingAssessed")}</p>
      )}
    </section>
  );
}

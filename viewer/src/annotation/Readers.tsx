import type { ReactNode } from "react";
import type { AnonymousWork, CaseOfMany } from "../api/types";
import { useWords } from "../words";
import { colourOf } from "./DecidePage";

/** The drawings of a case: shown or not, and taken to begin from. */
export function Readers({
  given,
  shown,
  setShown,
  taken,
  take,
}: {
  given: CaseOfMany;
  shown: ReadonlySet<string>;
  setShown: (shown: ReadonlySet<string>) => void;
  taken: string | null;
  take: (work: AnonymousWork | null) => void;
}): ReactNode {
  const { say, count } = useWords();
  const turn = (reader: string) => {
    const next = new Set(shown);
    if (!next.delete(reader)) next.add(reader);
    setShown(next);
  };
  return (
    <section aria-label={say("annotation.readers")}>
      <h2>{say("annotation.readers")}</h2>
      {given.works.length ? null : <p className="hint">{say("annotation.decide.early")}</p>}
      <ul className="readers">
        {given.works.map((work) => (
          <li key={work.reader} className={`reader reader-${colourOf(work.reader)}`}>
            <label>
              <input
                type="checkbox"
                aria-label={say("annotation.reader.show", { letter: work.reader })}
                checked={shown.has(work.reader)}
                onChange={() => turn(work.reader)}
              />
              <span className="reader-swatch" />
              {say("annotation.reader", { letter: work.reader })}
            </label>
            <button
              type="button"
              className="button"
              aria-pressed={taken === work.reader}
              title={say("annotation.take.why")}
              onClick={() => take(work)}
            >
              {say("annotation.take", { letter: work.reader })}
            </button>
            <Said work={work} labels={given.labels} />
          </li>
        ))}
      </ul>
      {given.waiting ? <p className="hint">{count("annotation.waiting", given.waiting)}</p> : null}
      {given.works.length ? (
        <button type="button" className="button plain" onClick={() => take(null)}>
          {say("annotation.drawOwn")}
        </button>
      ) : null}
    </section>
  );
}

/** What of a drawing is no drawing: its answers, or that the case cannot be judged. */
function Said({
  work,
  labels,
}: {
  work: AnonymousWork;
  labels: CaseOfMany["labels"];
}): ReactNode {
  const { say } = useWords();
  if (work.state === "unjudged") {
    return (
      <p className="reader-said">
        {say("annotation.work.unjudged")}: {work.reason}
      </p>
    );
  }
  const answers = work.marks.filter(({ answer }) => answer);
  const name = (key: string) => labels.find((label) => label.key === key)?.name ?? key;
  if (answers.length === 0) return null;
  return (
    <p className="reader-said">
      {answers.map(({ label, answer }) => `${name(label)}: ${answer}`).join(" · ")}
    </p>
  );
}

import type { ReactNode } from "react";
import type { Decision } from "../api/types";
import { useWords } from "../words";

/** What was decided of a case, the last first, with who and when. */
export function Decisions({ decisions }: { decisions: readonly Decision[] }): ReactNode {
  const { say, moment } = useWords();
  if (decisions.length === 0) return null;
  return (
    <section>
      <h2>{say("annotation.decisions")}</h2>
      <ol className="decisions">
        {decisions.map(({ edition, by, at, taken_from, note }) => (
          <li key={edition}>
            <p>
              {say("annotation.decision.by", { by, at: moment(at) })},{" "}
              {taken_from
                ? say("annotation.decision.from", { letter: taken_from })
                : say("annotation.decision.own")}
            </p>
            {note ? <p className="hint">{note}</p> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}

import type { ReactNode } from "react";
import type { ChosenCases } from "../api/types";
import { useWords } from "../words";

const MOST = 50;

/** The cases that a choice of studies gives, and what of it gives none. */
export function Chosen({ chosen }: { chosen: ChosenCases }): ReactNode {
  const { say, count } = useWords();
  const { cases, unknown, empty } = chosen;
  return (
    <div className="chosen" role="status">
      <p>{count("annotation.tried", cases.length)}</p>
      {unknown.length ? (
        <p className="chosen-wrong">{say("annotation.unknown", { list: unknown.join(", ") })}</p>
      ) : null}
      {empty.length ? (
        <p className="chosen-wrong">{say("annotation.empty", { list: empty.join(", ") })}</p>
      ) : null}
      <ul>
        {cases.slice(0, MOST).map((one) => (
          <li key={`${one.study} ${one.series_uid}`}>
            #{one.study} · {one.patient} · {one.title || say("annotation.scope.study")} ·{" "}
            {count("annotation.images", one.images)}
          </li>
        ))}
        {cases.length > MOST ? <li>…</li> : null}
      </ul>
    </div>
  );
}

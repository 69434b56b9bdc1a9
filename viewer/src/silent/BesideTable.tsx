import { type ReactNode, useId } from "react";
import type { Beside, FindingEntry, SilentResult, SilentRun } from "../api/types";
import { useWords } from "../words";
import { sides } from "./calls";

/** A reader's own call and what the silent bundle found, side by side. */
export function BesideTable({
  bundle,
  called,
  result,
  select,
}: {
  bundle: string;
  called: NonNullable<SilentRun["called"]>;
  result: SilentResult;
  select: (finding: FindingEntry) => void;
}): ReactNode {
  const { say, count, moment } = useWords();
  const heading = useId();
  const { both, rest } = sides(result.beside);
  const told = both.filter(({ agrees }) => agrees !== null);
  const agreed = told.filter(({ agrees }) => agrees).length;
  const ended = result.state === "done";
  const declined = result.state === "refused" || result.state === "failed";
  const chosen = ({ finding }: Beside) => result.findings.find(({ id }) => id === finding);
  return (
    <section className="own-call" aria-labelledby={heading}>
      <h3 id={heading}>{say("ownCall.result", { bundle })}</h3>
      <p className="hint">
        {say("ownCall.when", { when: moment(called.at), bundle, version: result.version })}
      </p>
      {declined ? <p>{say("ownCall.refused", { why: result.reason?.text ?? "" })}</p> : null}
      {ended || declined ? null : <p>{say("ownCall.running")}</p>}
      {told.length ? <p>{count("ownCall.agreed", agreed, { of: told.length })}</p> : null}
      {both.length ? <Rows {...{ heading, chosen, select }} rows={both} /> : null}
      {rest.length ? (
        <details>
          <summary>{count("ownCall.rest", rest.length)}</summary>
          <Rows {...{ heading, chosen, select }} rows={rest} />
        </details>
      ) : null}
      {ended && result.beside.length === 0 ? <p>{say("ownCall.none")}</p> : null}
      <p className="hint">{say("ownCall.unused")}</p>
    </section>
  );
}

function Rows({
  rows,
  heading,
  chosen,
  select,
}: {
  rows: readonly Beside[];
  heading: string;
  chosen: (row: Beside) => FindingEntry | undefined;
  select: (finding: FindingEntry) => void;
}): ReactNode {
  const { say } = useWords();
  const write = (value: boolean | number | null, text: string) =>
    typeof value === "boolean" ? say(value ? "ownCall.yes" : "ownCall.no") : text || "–";
  return (
    <table className="own-call-beside" aria-labelledby={heading}>
      <thead>
        <tr>
          <th scope="col">{say("ownCall.finding")}</th>
          <th scope="col">{say("ownCall.mine")}</th>
          <th scope="col">{say("ownCall.model")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const finding = chosen(row);
          const title = row.level ? `${row.level} · ${row.title}` : row.title;
          return (
            <tr key={title} className={row.agrees === false ? "differs" : undefined}>
              <th scope="row">
                {finding?.evidence.length ? (
                  <button type="button" className="link" onClick={() => select(finding)}>
                    {title}
                  </button>
                ) : (
                  title
                )}
              </th>
              <td>{write(row.own, row.own_text)}</td>
              <td>
                {write(row.model, row.model_text)}
                {row.agrees === false ? (
                  <span className="tag">{say("ownCall.differs")}</span>
                ) : null}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

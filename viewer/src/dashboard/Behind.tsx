import type { ReactNode } from "react";
import { useWords } from "../words";

/** The figures of a chart as a table, folded away on the page and open on paper. */
export function Behind({
  head,
  rows,
  caption,
}: {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}): ReactNode {
  const { say } = useWords();
  return (
    <details className="behind">
      <summary>{say("dashboard.table")}</summary>
      <Figures {...{ head, rows, caption }} />
    </details>
  );
}

/** A table whose first column names the rows. */
export function Figures({
  head,
  rows,
  caption,
}: {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}): ReactNode {
  return (
    <div className="figures">
      <table>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {head.map((text) => (
              <th key={text} scope="col">
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, column) => (
                <td key={head[column + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import type { ReactNode } from "react";
import type { WorklistEntry } from "../api/types";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useWords, type Word } from "../words";
import type { Sort } from "./query";
import { StudyRow } from "./StudyRow";

interface Column {
  name: string;
  word: Word;
  sort?: Sort;
}

const COLUMNS: Column[] = [
  { name: "priority", word: "worklist.column.priority", sort: "priority" },
  { name: "patient", word: "worklist.column.patient", sort: "patient" },
  { name: "study", word: "worklist.column.study" },
  { name: "date", word: "worklist.column.date", sort: "date" },
  { name: "received", word: "worklist.column.received", sort: "received" },
  { name: "source", word: "worklist.column.source" },
  { name: "state", word: "worklist.column.state" },
  { name: "findings", word: "worklist.column.findings" },
];
const ASCENDING: ReadonlySet<Sort> = new Set<Sort>(["patient", "priority"]);
/** Orders by what somebody who sees pseudonyms is not to learn; the service has them in none. */
const OF_IDENTITY: ReadonlySet<Sort> = new Set<Sort>(["patient", "date"]);
const PLACEHOLDERS = [62, 48, 71, 55, 66, 44, 58, 69, 52, 60];

/** The studies of a page; while the first comes, rows without words. */
export function StudyTable(props: {
  studies: WorklistEntry[] | undefined;
  waiting: boolean;
  sort: Sort;
  sortBy: (sort: Sort) => void;
}): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const identity = may(PERMISSIONS.identity);
  const columns = COLUMNS.map((column): Column =>
    !identity && column.sort && OF_IDENTITY.has(column.sort)
      ? { name: column.name, word: column.word }
      : column,
  );
  return (
    <div className="studies" aria-busy={props.waiting}>
      {props.waiting && props.studies ? <span className="studies-waiting" /> : null}
      <table>
        <caption className="unseen">{say("worklist.title")}</caption>
        <thead>
          <tr>
            {columns.map(({ name, word, sort }) => (
              <th
                key={name}
                scope="col"
                className={`column-${name}`}
                aria-sort={sort && sort === props.sort ? direction(sort) : undefined}
              >
                {sort ? <SortButton word={word} sort={sort} sortBy={props.sortBy} /> : say(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.studies
            ? props.studies.map((study) => <StudyRow key={study.id} study={study} />)
            : props.waiting && PLACEHOLDERS.map((width) => <Placeholder key={width} width={width} />)}
        </tbody>
      </table>
    </div>
  );
}

function direction(sort: Sort): "ascending" | "descending" {
  return ASCENDING.has(sort) ? "ascending" : "descending";
}

function SortButton(props: {
  word: Word;
  sort: Sort;
  sortBy: (sort: Sort) => void;
}): ReactNode {
  const { say } = useWords();
  const column = say(props.word);
  return (
    <button
      type="button"
      title={say("worklist.sort", { column })}
      onClick={() => props.sortBy(props.sort)}
    >
      {column}
      <span className="studies-arrow" aria-hidden="true">
        {ASCENDING.has(props.sort) ? "↑" : "↓"}
      </span>
    </button>
  );
}

function Placeholder({ width }: { width: number }): ReactNode {
  return (
    <tr className="studies-placeholder">
      {COLUMNS.map(({ name }) => (
        <td key={name}>
          <span
            className="skeleton"
            style={{ width: name === "patient" || name === "study" ? `${width}%` : "3.5rem" }}
          />
        </td>
      ))}
    </tr>
  );
}

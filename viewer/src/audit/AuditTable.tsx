import type { ReactNode } from "react";
import { Link } from "react-router";
import type { AuditLine } from "../api/types";
import { useWords, type Word } from "../words";
import { toTheSecond } from "./time";

const COLUMNS = ["at", "who", "what", "on", "patient", "details"] as const;

/** Acts of the log, each in words. */
export function AuditTable(props: { acts: readonly AuditLine[]; busy: boolean }): ReactNode {
  const { say } = useWords();
  return (
    <div className="card audit-table">
      <table aria-busy={props.busy} aria-label={say("audit.title")}>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {say(`audit.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.acts.map((act) => (
            <Act key={act.id} act={act} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Act({ act }: { act: AuditLine }): ReactNode {
  const { say, name, language } = useWords();
  return (
    <tr>
      <td title={`${say("audit.number", { n: act.id })} · ${act.at}`}>
        <time dateTime={act.at}>{toTheSecond(act.at, language)}</time>
      </td>
      <td>{act.user_name}</td>
      <td>{didOf(act, say) ?? name("audit.did", act.action)}</td>
      <td>
        <Subject subject={act.subject} id={act.subject_id} />
      </td>
      <td>{act.patient_id ? <Link to={`/patients/${act.patient_id}`}>{act.patient_id}</Link> : null}</td>
      <td className="audit-details">
        {Object.entries(act.details)
          .map(([key, value]) => [key, inWords(value)] as const)
          .filter(([key, text]) => text !== "" && !(key === "what" && didOf(act, say)))
          .map(([key, text]) => (
            <span key={key}>
              {name("audit.detail", key)}: {text}
            </span>
          ))}
      </td>
    </tr>
  );
}

function Subject({ subject, id }: { subject: string; id: string }): ReactNode {
  const { say, name } = useWords();
  const text = id
    ? say("audit.on", { subject: name("audit.subject", subject), id: shortened(id) })
    : name("audit.subject", subject);
  const leads = (subject === "study" || subject === "patient") && /^\d+$/.test(id);
  if (!leads) return text;
  return <Link to={subject === "study" ? `/studies/${id}` : `/patients/${id}`}>{text}</Link>;
}

/** A long hash is named by its beginning; a name, such as a bundle's, stays whole. */
function shortened(id: string): string {
  return /^[0-9a-f-]{20,}$/.test(id) ? id.slice(0, 12) : id;
}

/** What somebody changed of their own account, which is no other user's. */
function didOf({ action, details }: AuditLine, say: (word: Word) => string): string | null {
  if (action !== "user.changed") return null;
  if (details.what === "own" || details.what === "own-password") return say("audit.own.password");
  return details.what === "language" ? say("audit.own.language") : null;
}

/** A detail is a code, a number or some of them; what else there may be is shown as it is. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join(", ");
  if (typeof value === "string" || typeof value === "number") return String(value);
  return value === null ? "" : JSON.stringify(value);
}

import type { ReactNode } from "react";
import { partsOf } from "../shell/Failure";
import { useWords } from "../words";
import type { Shown } from "./job";

const MOST = 100;

/** The files that the service did not take, each with why. */
export function FilesFailed({ shown }: { shown: Shown }): ReactNode {
  const { say, count } = useWords();
  const names = new Map(shown.entry.files.map(({ id, name }) => [id, name]));
  return (
    <div className="failed">
      <h3>{count("upload.failed", shown.failed.size)}</h3>
      <ul>
        {[...shown.failed].slice(0, MOST).map(([id, problem]) => {
          const parts = partsOf(problem, say);
          return (
            <li key={id}>
              <span className="job-name">{names.get(id)}</span>
              <span className="failed-why">
                {[parts.failed, parts.found, parts.mend].filter(Boolean).join(" · ")}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

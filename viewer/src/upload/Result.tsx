import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import type { FileEntry, UploadEntry } from "../api/types";
import { useWords } from "../words";
import { bytes } from "./bytes";

type State = FileEntry["state"];
const STATES: State[] = ["refused", "waiting", "here", "duplicate", "stored"];
const SHOWN_FIRST = 200;

/** What became of each file, and the studies that came of them. */
export function Result({ entry }: { entry: UploadEntry }): ReactNode {
  const { say, number } = useWords();
  const [only, setOnly] = useState<State | null>(null);
  const [limit, setLimit] = useState(SHOWN_FIRST);
  const present = STATES.filter((state) => entry.files.some((file) => file.state === state));
  const files = ordered(entry.files, only);
  return (
    <section className="card result">
      {entry.studies.length > 0 ? (
        <ul className="result-studies" aria-label={say("upload.studies")}>
          {entry.studies.map((study) => (
            <li key={study}>
              <Link className="button primary" to={`/studies/${study}`}>
                {say("upload.study", { n: study })}
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <p className="job-stalled">{say("upload.none")}</p>
      )}
      <div className="result-head">
        <h2>{say("upload.result")}</h2>
        <div className="result-states">
          {[null, ...present].map((state) => (
            <button
              key={state ?? "all"}
              type="button"
              className="button plain"
              aria-pressed={only === state}
              onClick={() => setOnly(state)}
            >
              {state ? say(`upload.file.${state}`) : say("upload.result.all")}{" "}
              <span className="hint">{number(ordered(entry.files, state).length)}</span>
            </button>
          ))}
        </div>
      </div>
      <Files files={files.slice(0, limit)} />
      {files.length > limit ? (
        <button type="button" className="button" onClick={() => setLimit(limit + 1000)}>
          {say("upload.result.more", { n: number(Math.min(1000, files.length - limit)) })}
        </button>
      ) : null}
    </section>
  );
}

/** The files of a state, or all with those first that somebody should look at. */
export function ordered(files: readonly FileEntry[], only: State | null): FileEntry[] {
  const wanted = only ? files.filter(({ state }) => state === only) : [...files];
  return wanted.toSorted((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state));
}

function Files({ files }: { files: FileEntry[] }): ReactNode {
  const { say, language } = useWords();
  return (
    <table className="result-files">
      <thead>
        <tr>
          <th scope="col">{say("upload.column.state")}</th>
          <th scope="col">{say("upload.column.file")}</th>
          <th scope="col">{say("upload.column.size")}</th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <tr key={file.id}>
            <td>
              <span className={`file-state ${file.state}`}>{say(`upload.file.${file.state}`)}</span>
            </td>
            <td>
              <span className="job-name">{file.name}</span>
              {file.reason ? <span className="failed-why">{file.reason.text}</span> : null}
            </td>
            <td>{bytes(file.size, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

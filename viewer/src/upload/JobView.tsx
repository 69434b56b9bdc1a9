import { type ReactNode, useEffect } from "react";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import { bytes } from "./bytes";
import { FilesFailed } from "./FilesFailed";
import { Incomplete } from "./Incomplete";
import { saidWhy, type Shown, type UploadJob } from "./job";
import { JobActs } from "./JobActs";
import { Result } from "./Result";
import { useShown } from "./uploads";

/** An upload from its first byte to the result of each of its files. */
export function JobView({ job }: { job: UploadJob }): ReactNode {
  const { say } = useWords();
  const shown = useShown(job);
  useWarned(shown.phase === "sending" || shown.phase === "paused");
  if (shown.phase === "incomplete") return <Incomplete job={job} shown={shown} />;
  const moving = shown.phase === "sending" || shown.phase === "paused" || shown.phase === "stopped";
  return (
    <div className="job">
      <section className="card">
        <div className="job-head">
          <h2>
            <span role="status">{say(`upload.${shown.phase}`)}</span>
          </h2>
          <JobActs job={job} shown={shown} />
        </div>
        {moving ? <Sent shown={shown} /> : null}
        {shown.phase === "sorting" ? <progress aria-label={say("upload.sorting")} /> : null}
        {shown.stalled === undefined ? null : <Stalled job={job} problem={shown.stalled} />}
        {shown.problem === undefined ? null : (
          <Failure problem={shown.problem} again={() => void job.finish()} />
        )}
        {shown.failed.size > 0 && moving ? <FilesFailed shown={shown} /> : null}
        {shown.phase === "sending" ? <p className="hint">{say("upload.elsewhere")}</p> : null}
      </section>
      {shown.phase === "done" ? <Result entry={shown.entry} /> : null}
    </div>
  );
}

/** Why nothing goes on: what the service says, such as a full disk, or that it says nothing. */
function Stalled({ job, problem }: { job: UploadJob; problem: unknown }): ReactNode {
  const { say } = useWords();
  if (!saidWhy(problem)) return <p className="job-stalled">{say("upload.stalled")}</p>;
  return <Failure problem={problem} again={() => job.hurry()} />;
}

/** How much of an upload is sent, and the files that are on their way. */
function Sent({ shown }: { shown: Shown }): ReactNode {
  const { say, number, language } = useWords();
  const files = shown.entry.files.filter(({ id }) => shown.underway.has(id));
  return (
    <>
      <progress
        aria-label={say("upload.sending")}
        value={shown.sentBytes}
        max={Math.max(shown.totalBytes, 1)}
      />
      <div className="job-sent">
        <span>
          {say("upload.sentFiles", {
            n: number(shown.sentFiles),
            all: number(shown.entry.files.length),
          })}
        </span>
        <span>
          {say("upload.sent", {
            sent: bytes(shown.sentBytes, language),
            total: bytes(shown.totalBytes, language),
          })}
        </span>
      </div>
      <ul className="job-underway">
        {files.map(({ id, name, size }) => (
          <li key={id}>
            <span className="job-name">{name}</span>
            <progress aria-label={name} value={shown.underway.get(id) ?? 0} max={Math.max(size, 1)} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Has the browser ask before it closes while something is sent. */
function useWarned(warned: boolean): void {
  useEffect(() => {
    if (!warned) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [warned]);
}

import { type ReactNode, useState } from "react";
import { useWords } from "../words";
import { DropPlace } from "./DropPlace";
import type { Shown, UploadJob } from "./job";
import { Abandon } from "./JobActs";
import { useUploads } from "./uploads";

/** An upload whose files this page does not have any more: it asks for them again. */
export function Incomplete({ job, shown }: { job: UploadJob; shown: Shown }): ReactNode {
  const { say, count, number, moment } = useWords();
  const { goOn } = useUploads();
  const [still, setStill] = useState(0);
  const missing = job.missing().length;
  const all = number(shown.entry.files.length);
  return (
    <div className="job">
      <section className="card">
        <div className="job-head">
          <h2>{say("upload.incomplete")}</h2>
          <span className="hint">{moment(shown.entry.created_at)}</span>
          <div className="job-acts">
            <Abandon job={job} />
          </div>
        </div>
        <p>{count("upload.incomplete.why", missing, { all })}</p>
        {still > 0 ? (
          <p className="job-stalled" role="status">
            {count("upload.incomplete.still", still)}
          </p>
        ) : null}
      </section>
      <DropPlace add={({ chosen }) => setStill(goOn(chosen))} />
    </div>
  );
}

import { type ReactNode, useState } from "react";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import type { Shown, UploadJob } from "./job";
import { useUploads } from "./uploads";

/** What can be done with an upload in its phase. */
export function JobActs({ job, shown }: { job: UploadJob; shown: Shown }): ReactNode {
  const { say } = useWords();
  const { clear } = useUploads();
  const { phase, failed } = shown;
  const over = phase === "done" || phase === "abandoned";
  return (
    <div className="job-acts">
      {phase === "sending" ? (
        <button type="button" className="button" onClick={() => job.pause()}>
          {say("upload.pause")}
        </button>
      ) : null}
      {phase === "paused" || (phase === "stopped" && failed.size > 0) ? (
        <button type="button" className="button primary" onClick={() => void job.run()}>
          {say(phase === "paused" ? "upload.resume" : "upload.again")}
        </button>
      ) : null}
      {phase === "stopped" && shown.sentFiles > 0 && failed.size > 0 ? (
        <button type="button" className="button" onClick={() => void job.finish()}>
          {say("upload.without")}
        </button>
      ) : null}
      {over ? (
        <button type="button" className="button" onClick={clear}>
          {say("upload.new")}
        </button>
      ) : null}
      {over || phase === "sorting" ? null : <Abandon job={job} />}
    </div>
  );
}

/** Abandons an upload, when it is asked for twice. */
export function Abandon({ job }: { job: UploadJob }): ReactNode {
  const { say } = useWords();
  const toasts = useToasts();
  const { clear } = useUploads();
  const [sure, setSure] = useState(false);
  const abandon = () => {
    if (!sure) return setSure(true);
    job.abandon().then(clear, toasts.fail);
  };
  return (
    <button
      type="button"
      className="button plain danger"
      onClick={abandon}
      onBlur={() => setSure(false)}
    >
      {say(sure ? "upload.abandon.sure" : "upload.abandon")}
    </button>
  );
}

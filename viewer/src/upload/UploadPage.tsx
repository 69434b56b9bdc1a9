import type { ReactNode } from "react";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { Interrupted } from "./Interrupted";
import { JobView } from "./JobView";
import { NewUploadForm } from "./NewUploadForm";
import { useUploads } from "./uploads";
import "./upload.css";

/** Brings files to the clinic: what is sent, for whom, how soon, and what became of each. */
export function UploadPage(): ReactNode {
  const { say } = useWords();
  const { job, seeking } = useUploads();
  // A form that a found upload then replaces would lose the files chosen in it.
  if (seeking) return <Waiting />;
  return (
    <div className="page upload">
      <h1>{say("upload.title")}</h1>
      {job ? (
        <JobView job={job} />
      ) : (
        <>
          <NewUploadForm />
          <Interrupted />
        </>
      )}
    </div>
  );
}

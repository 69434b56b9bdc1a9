import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { useWords } from "../words";
import type { UploadJob } from "./job";
import { useShown, useUploads } from "./uploads";

/** The bar's way to the upload; it says how far one is that goes on meanwhile. */
export function UploadLink(): ReactNode {
  const { say } = useWords();
  const { job } = useUploads();
  return (
    <NavLink to="/upload">{job ? <Underway job={job} /> : say("shell.upload")}</NavLink>
  );
}

function Underway({ job }: { job: UploadJob }): ReactNode {
  const { say } = useWords();
  const { phase, sentBytes, totalBytes } = useShown(job);
  if (phase !== "sending") return say("shell.upload");
  const percent = Math.floor((100 * sentBytes) / Math.max(totalBytes, 1));
  return say("upload.underway", { percent });
}

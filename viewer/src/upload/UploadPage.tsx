import type { ReactNode } from "react";
import { useWords } from "../words";

export function UploadPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("shell.upload")}</h1>
    </div>
  );
}

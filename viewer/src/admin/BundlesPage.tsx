import type { ReactNode } from "react";
import { useWords } from "../words";

export function BundlesPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page">
      <h1>{say("shell.bundles")}</h1>
    </div>
  );
}

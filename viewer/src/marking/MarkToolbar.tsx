import type { ReactNode } from "react";
import { useWords } from "../words";
import type { Marking } from "./marking";

/** Tools, labels, brush size and acts of marking, as a strip for wherever the page wants it. */
export function MarkToolbar({ marking }: { marking: Marking }): ReactNode {
  const { say } = useWords();
  if (!marking.on) return null;
  return <div className="marking-tools" role="toolbar" aria-label={say("marking.title")} />;
}

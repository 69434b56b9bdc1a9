import type { ReactNode } from "react";
import { useWords } from "../words";
import type { Attempt } from "./types";

/** Why a reading counts for no figure, where it does not: the learner had known the study. */
export function NotCounted({
  attempt,
}: {
  attempt: Pick<Attempt, "seen_before" | "aided">;
}): ReactNode {
  const { say } = useWords();
  if (attempt.seen_before) return <span className="tag">{say("teaching.seenBefore")}</span>;
  if (!attempt.aided) return null;
  return (
    <span className="tag" role="status" title={say("teaching.aided.why")}>
      {say("teaching.aided")}
    </span>
  );
}

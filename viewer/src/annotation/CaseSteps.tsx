import type { ReactNode } from "react";
import { useWords } from "../words";

/** Goes to the case before and to the one after, where there are any. */
export function CaseSteps({
  given,
  go,
}: {
  given: { previous: number | null; following: number | null };
  go: (to: number | null) => void;
}): ReactNode {
  const { say } = useWords();
  return (
    <>
      <button
        type="button"
        className="button plain"
        disabled={given.previous === null}
        onClick={() => go(given.previous)}
      >
        {say("annotation.previous")} <kbd>B</kbd>
      </button>
      <button
        type="button"
        className="button plain"
        disabled={given.following === null}
        onClick={() => go(given.following)}
      >
        {say("annotation.following")}
      </button>
    </>
  );
}

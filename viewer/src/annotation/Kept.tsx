import type { ReactNode } from "react";
import { ApiProblem } from "../api/problem";
import { Failure } from "../shell/Failure";
import { isPassing, useAgain } from "../shell/useAgain";
import { useWords } from "../words";
import type { SavingState } from "./useSaving";

/** Whether what was drawn is kept. */
export function Kept({
  state,
  again,
  reload,
}: {
  state: SavingState;
  again: () => void;
  reload: () => void;
}): ReactNode {
  const { say } = useWords();
  const why = state.is === "failed" ? state.problem : undefined;
  // Where the service said that it could not, nothing was kept: saving again does nothing twice.
  const refused = isPassing(why) && why instanceof ApiProblem && !why.unreachable;
  useAgain(refused ? why : undefined, again);
  if (state.is !== "failed") {
    return (
      <p className={`kept kept-${state.is}`} role="status">
        {say(`annotation.${state.is}`)}
      </p>
    );
  }
  // Saved elsewhere meanwhile: what is there now comes first.
  const elsewhere = state.problem instanceof ApiProblem && state.problem.status === 409;
  return (
    <div className="kept kept-failed">
      <Failure problem={state.problem} />
      {elsewhere ? (
        <button type="button" className="button" onClick={reload}>
          {say("annotation.load.again")}
        </button>
      ) : (
        <button type="button" className="button" onClick={again}>
          {say("annotation.save.again")}
        </button>
      )}
    </div>
  );
}

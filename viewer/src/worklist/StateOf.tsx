import type { ReactNode } from "react";
import type { WorklistEntry } from "../api/types";
import { useWords } from "../words";

/** A study's state: how far an analysis is, or why there is none. */
export function StateOf({ study }: { study: WorklistEntry }): ReactNode {
  const { say } = useWords();
  return (
    <>
      <span className={`state ${study.state}`}>{say(`state.${study.state}`)}</span>
      {study.state === "analysing" && study.progress ? <Progress study={study} /> : null}
      {study.reason ? (
        <span className="study-less state-reason" title={study.reason.text}>
          {study.reason.text}
        </span>
      ) : null}
    </>
  );
}

function Progress({ study }: { study: WorklistEntry }): ReactNode {
  const { say, name } = useWords();
  const progress = study.progress;
  if (!progress) return null;
  const stage = name("stage", progress.stage);
  const share = progress.total > 0 ? progress.done / progress.total : null;
  const text =
    share === null
      ? say("worklist.progress.open", { stage })
      : say("worklist.progress", { stage, percent: Math.round(share * 100) });
  return (
    <>
      <progress
        aria-label={text}
        max={1}
        {...(share === null ? {} : { value: share })}
      />
      <span className="study-less">{text}</span>
    </>
  );
}

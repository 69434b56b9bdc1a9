import type { ReactNode } from "react";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import { type Checked, useChain } from "./useChain";

/** Whether the log is whole: checked when asked, a piece at a time, and how far that came. */
export function Chain(): ReactNode {
  const { say, number } = useWords();
  const { checked, checking, problem, check, stop } = useChain();
  const { step, noted } = checked;
  return (
    <section className="audit-chain" aria-label={say("audit.chain")}>
      <button
        type="button"
        className="button primary"
        onClick={checking ? stop : check}
      >
        {say(checking ? "audit.chain.stop" : "audit.chain")}
      </button>
      {checking && step ? (
        <>
          <progress
            aria-label={say("audit.chain.checking")}
            value={step.checked}
            max={Math.max(step.newest, 1)}
          />
          <span>
            {say("audit.chain.far", { n: number(step.checked), all: number(step.newest) })}
          </span>
        </>
      ) : null}
      <div className="audit-chain-told" role="status">
        {!checking && step?.done ? <Told step={step} noted={noted} /> : null}
      </div>
      {problem === undefined ? null : <Failure problem={problem} again={check} />}
    </section>
  );
}

function Told({ step, noted }: Checked & { step: NonNullable<Checked["step"]> }): ReactNode {
  const { say, number } = useWords();
  const { broken } = step;
  if (broken) {
    return (
      <div className="audit-broken">
        <strong>{say("audit.chain.broken")}</strong>
        <p>{say(`audit.fault.${broken.fault}`, { n: number(broken.number) })}</p>
        <p>{say("audit.chain.broken.before", { n: number(step.checked) })}</p>
      </div>
    );
  }
  return (
    <div className="audit-whole">
      <strong>{say("audit.chain.whole")}</strong>
      <p>{say("audit.chain.whole.what", { n: number(step.checked), noted: number(noted) })}</p>
      <p>
        {say("audit.chain.head")}: <code>{`${step.checked} ${step.hash}`}</code>
      </p>
      <p className="hint">{say("audit.chain.head.why")}</p>
    </div>
  );
}

import type { ReactNode } from "react";
import { standingDecision } from "../findings/decision";
import type { StandingFinding } from "../findings/standing";
import { useWords } from "../words";
import { acceptable } from "./acts";
import { AddForm } from "./AddForm";
import { EarlierRun } from "./EarlierRun";
import { RenumberDialog } from "./RenumberDialog";
import type { Correct } from "./useCorrect";

/** How many findings stand as what, and what can be done with all of them. */
export function CorrectionsBar({ correct }: { correct: Correct }): ReactNode {
  const { say } = useWords();
  const { correcting, draft } = correct;
  const { corrections } = correcting;
  if (!corrections) {
    return correcting.problem === undefined ? null : (
      <p className="notes notes-warned" role="alert">
        {say("corrections.failed")}{" "}
        <button type="button" className="button small" onClick={correcting.reload}>
          {say("shell.again")}
        </button>
      </p>
    );
  }
  return (
    <>
      <EarlierRun {...{ correct, corrections }} />
      <Counts findings={correct.findings} />
      {correcting.may ? <Acts correct={correct} /> : null}
      {draft && correcting.may ? <AddForm {...{ correct, draft }} /> : null}
      {correct.renumbering && correcting.may ? (
        <RenumberDialog {...{ correct, corrections }} />
      ) : null}
    </>
  );
}

/** Takes back what this reader said last on the page. */
export function UndoButton({ correcting }: { correcting: Correct["correcting"] }): ReactNode {
  const { say } = useWords();
  if (!correcting.may) return null;
  return (
    <button
      type="button"
      className="button plain small"
      disabled={!correcting.undo}
      onClick={() => correcting.undo?.()}
    >
      {say("corrections.undo")} <kbd>U</kbd>
    </button>
  );
}

function Counts({ findings }: { findings: readonly StandingFinding[] }): ReactNode {
  const { count } = useWords();
  const of = (decision: string) => findings.filter((one) => standingDecision(one) === decision).length;
  const open = findings.filter(({ read }) => read && !read.valueSaid).length;
  if (findings.length === 0) return null;
  return (
    <p className="counts">
      <span className="count-positive">{count("corrections.count.positive", of("called"))}</span>
      <span className="count-graded">{count("corrections.count.graded", of("graded"))}</span>
      {of("rejected") ? <span>{count("corrections.count.rejected", of("rejected"))}</span> : null}
      <span>{count("corrections.count.open", open)}</span>
    </p>
  );
}

function Acts({ correct }: { correct: Correct }): ReactNode {
  const { say } = useWords();
  const { correcting, findings } = correct;
  const chains = Object.keys(correcting.corrections?.levels ?? {}).length;
  return (
    <div className="corrections-acts">
      <AcceptAll {...{ correct, findings }} level={null} />
      {chains ? (
        <button
          type="button"
          className="button small"
          title={`${say("corrections.renumber.title")} (G)`}
          onClick={() => correct.setRenumbering(true)}
        >
          {say("corrections.renumber")}
        </button>
      ) : null}
      <button
        type="button"
        className="button small"
        title={`${say("corrections.add")} (M)`}
        disabled={correct.draft !== null}
        onClick={correct.startDraft}
      >
        {say("corrections.add")}
      </button>
    </div>
  );
}

/** Accepts what nobody has spoken of, of a level or of the study, in one act. */
export function AcceptAll({
  correct,
  findings,
  level,
}: {
  correct: Correct;
  findings: readonly StandingFinding[];
  /** `null`: of the study. */
  level: string | null;
}): ReactNode {
  const { say, count } = useWords();
  const { findings: able, below, left } = acceptable(findings);
  if (able.length === 0) return null;
  const n = able.length;
  const title = level === null ? count("corrections.acceptAll", n) : count("corrections.acceptLevel", n, { level });
  return (
    <button
      type="button"
      className="button small"
      aria-label={title}
      title={`${title}. ${say("corrections.acceptWhat", { below, left })}`}
      disabled={correct.correcting.busy}
      onClick={() => correct.acceptAll(findings)}
    >
      {level === null ? title : say("corrections.acceptShort", { n })}
    </button>
  );
}

import type { ReactNode } from "react";
import { storedDecision } from "../findings/decision";
import type { StandingFinding } from "../findings/standing";
import { useWords } from "../words";

/** What holds of a finding a reader spoke of; the model's own value beside it, struck where it fell. */
export function StandingValue({ finding }: { finding: StandingFinding }): ReactNode {
  const { say } = useWords();
  const { read } = finding;
  if (!read) return null;
  const stored = storedDecision(finding);
  const model = stored === "graded" ? finding.text : say(`decision.${stored}`);
  const fell = !read.added && (read.state === "rejected" || read.value !== finding.value);
  const now =
    read.state === "rejected"
      ? say("corrections.state.rejected")
      : typeof read.value === "boolean"
        ? say(read.value ? "decision.called" : "decision.negative")
        : read.text;
  if (read.added) return read.state === "rejected" ? <s>{read.text}</s> : <b>{now}</b>;
  return fell ? (
    <>
      <s>{model}</s> <b>{now}</b>
    </>
  ) : (
    <>{model}</>
  );
}

/** Who said last what of a finding, and when. */
export function StandingBy({ finding }: { finding: StandingFinding }): ReactNode {
  const { say, moment, ago } = useWords();
  const { read } = finding;
  if (!read?.by || !read.at) return null;
  const note = read.words.findLast((word) => word.note)?.note;
  return (
    <p className={`finding-by finding-by-${read.state}`} title={moment(read.at)}>
      {say("corrections.by", {
        what: say(`corrections.state.${read.state}`),
        who: read.by,
        when: ago(read.at),
      })}
      {note ? <q className="finding-note">{note}</q> : null}
    </p>
  );
}

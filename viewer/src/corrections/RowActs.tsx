import type { ReactNode } from "react";
import type { StandingFinding } from "../findings/standing";
import { useWords } from "../words";
import { type Act, agreeing, disagreeing } from "./acts";
import type { Correct } from "./useCorrect";

const SIGNS = { accept: "✓", reject: "✕", positive: "+", negative: "−", remove: "✕" } as const;

/** Accept and reject in a finding's row; what stands as the reader's own word is pressed in. */
export function RowActs({
  finding,
  correct,
}: {
  finding: StandingFinding;
  correct: Correct;
}): ReactNode {
  const { terms, press } = correct;
  const acts = [
    ["Y", agreeing(finding, terms)],
    ["X", disagreeing(finding, terms)],
  ] as const;
  return (
    <span className="row-acts">
      {acts.map(([letter, act]) =>
        act ? (
          <ActButton key={letter} {...{ act, finding, press, letter }} />
        ) : (
          <span key={letter} className="row-act-none" />
        ),
      )}
    </span>
  );
}

function ActButton({
  act,
  finding,
  press,
  letter,
}: {
  act: Act;
  finding: StandingFinding;
  press: Correct["press"];
  letter: string;
}): ReactNode {
  const { say } = useWords();
  const text = finding.read?.added ? finding.read.text : finding.text;
  const values = { title: finding.title, level: finding.level ?? "", text };
  const title = say(act.said ? "corrections.withdrawOf" : `corrections.${act.name}Of`, values);
  return (
    <button
      type="button"
      className={`row-act row-act-${act.name}`}
      aria-pressed={act.said}
      aria-label={title}
      title={`${title} (${letter})`}
      onClick={() => press(act, finding)}
    >
      {SIGNS[act.name]}
    </button>
  );
}

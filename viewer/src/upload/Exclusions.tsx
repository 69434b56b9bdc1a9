import type { ReactNode } from "react";
import { useWords } from "../words";

/** Codes of the intended use's exclusions, as bundles name them. */
export const EXCLUSIONS = [
  "age-under-18",
  "surgery",
  "implant",
  "tumour",
  "infection",
  "trauma",
] as const;

/** What was answered: the codes that apply, none (an empty list), or nothing yet (`null`). */
export type Answer = readonly string[] | null;

/** Turns one exclusion on or off; with the last one off the question is open again. */
export function toggled(answer: Answer, code: string): Answer {
  const before = answer ?? [];
  const after = before.includes(code)
    ? before.filter((one) => one !== code)
    : [...before, code];
  return after.length > 0 ? after : null;
}

/** Asks which exclusions apply; that none does is an answer of its own. */
export function Exclusions(props: {
  answer: Answer;
  change: (answer: Answer) => void;
}): ReactNode {
  const { say } = useWords();
  const { answer, change } = props;
  const none = answer?.length === 0;
  return (
    <fieldset className="exclusions">
      <legend>{say("upload.exclusions")}</legend>
      <div className="exclusions-list">
        {EXCLUSIONS.map((code) => (
          <label key={code}>
            <input
              type="checkbox"
              checked={answer?.includes(code) ?? false}
              onChange={() => change(toggled(answer, code))}
            />
            {say(`exclusion.${code}`)}
          </label>
        ))}
        <label className="exclusions-none">
          <input type="checkbox" checked={none} onChange={() => change(none ? null : [])} />
          {say("upload.exclusions.none")}
        </label>
      </div>
      <p className="hint">{say("upload.exclusions.why")}</p>
    </fieldset>
  );
}

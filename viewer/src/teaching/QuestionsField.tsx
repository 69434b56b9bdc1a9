import type { ReactNode } from "react";
import { useWords } from "../words";
import type { Asked, Question } from "./types";

/** Levels that are asked where nothing else is chosen: L1-L2 to L5-S1. */
const USUAL = new Set(["L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1"]);

/** Which questions a collection asks, and at which levels. */
export function QuestionsField(props: {
  questions: readonly Question[];
  asked: readonly Asked[];
  fixed: boolean;
  set: (asked: Asked[]) => void;
}): ReactNode {
  const { say } = useWords();
  const { questions, asked, fixed, set } = props;
  const without = (name: string) => asked.filter((one) => one.name !== name);
  // In the order of the list, whichever was chosen first.
  const put = (question: Question, levels: string[] | null) =>
    set(
      questions.flatMap(({ name }) => {
        if (name !== question.name) return without(question.name).filter((one) => one.name === name);
        return levels ? [{ name, levels }] : [];
      }),
    );
  return (
    <fieldset className="teaching-questions" disabled={fixed}>
      <legend>{say("teaching.asked")}</legend>
      {fixed ? <p className="hint">{say("teaching.asked.fixed")}</p> : null}
      <ul>
        {questions.map((question) => {
          const one = asked.find(({ name }) => name === question.name);
          const usual = question.levels.filter((level) => USUAL.has(level));
          return (
            <li key={question.name}>
              <label>
                <input
                  type="checkbox"
                  checked={one !== undefined}
                  onChange={(event) => put(question, event.target.checked ? usual : null)}
                />
                <span>{question.title}</span>
                <span className="hint">
                  {question.kind === "grade"
                    ? question.choices.map(({ label }) => label).join(" · ")
                    : say("teaching.yesOrNo")}
                </span>
              </label>
              {one && question.levels.length ? (
                <Levels
                  question={question}
                  chosen={one.levels}
                  set={(levels) => put(question, levels.length ? levels : null)}
                />
              ) : null}
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}

function Levels(props: {
  question: Question;
  chosen: readonly string[];
  set: (levels: string[]) => void;
}): ReactNode {
  const { question, chosen, set } = props;
  return (
    <div className="teaching-levels" role="group" aria-label={question.title}>
      {question.levels.map((level) => (
        <label key={level}>
          <input
            type="checkbox"
            checked={chosen.includes(level)}
            onChange={(event) =>
              set(
                question.levels.filter((one) =>
                  one === level ? event.target.checked : chosen.includes(one),
                ),
              )
            }
          />
          <span>{level}</span>
        </label>
      ))}
    </div>
  );
}

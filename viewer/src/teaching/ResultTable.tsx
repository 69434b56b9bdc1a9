import type { ReactNode } from "react";
import { useWords } from "../words";
import { byPlace, questionOf, shareText, valueText } from "./answering";
import type { ItemResult, ModelAnswer, Question, Result, Value, Verdict } from "./types";

/** Each item with own answer, reference and models; a click goes to where it is seen. */
export function ResultTable({
  result,
  chosen,
  choose,
}: {
  result: Result;
  chosen: string | null;
  choose: (item: ItemResult) => void;
}): ReactNode {
  const { say } = useWords();
  const { models, attempt } = result;
  return (
    <table className="result-table">
      <thead>
        <tr>
          <th scope="col">{say("teaching.question")}</th>
          <th scope="col">{say("teaching.own")}</th>
          <th scope="col">{say("teaching.reference")}</th>
          {models.map(({ bundle }) => (
            <th key={bundle} scope="col">
              {bundle}
            </th>
          ))}
        </tr>
      </thead>
      {byPlace(result.items).map(({ level, items }) => (
        <tbody key={level ?? ""}>
          <tr className="result-level">
            <th scope="rowgroup" colSpan={3 + models.length}>
              {level ?? say("teaching.wholeStudy")}
            </th>
          </tr>
          {items.map((item) => (
            <Row
              key={item.key}
              item={item}
              question={questionOf(attempt.questions, item)}
              bundles={models.map(({ bundle }) => bundle)}
              chosen={chosen === item.key}
              choose={() => choose(item)}
            />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row(props: {
  item: ItemResult;
  question: Question | undefined;
  bundles: readonly string[];
  chosen: boolean;
  choose: () => void;
}): ReactNode {
  const { say } = useWords();
  const { item, question, bundles, chosen, choose } = props;
  const seen = item.drawn.length > 0 || item.models.some(({ finding }) => finding !== null);
  return (
    <tr className={chosen ? "result-chosen" : undefined}>
      <th scope="row">
        {seen ? (
          <button
            type="button"
            className="result-look"
            aria-pressed={chosen}
            title={say("teaching.look")}
            onClick={choose}
          >
            {question?.title ?? item.question}
          </button>
        ) : (
          (question?.title ?? item.question)
        )}
      </th>
      <td>
        <Told question={question} value={item.own} verdict={item.verdict} none="teaching.couldNotTell" />
      </td>
      <td>{item.reference === null ? "–" : valueText(question, item.reference)}</td>
      {bundles.map((bundle) => (
        <td key={bundle}>
          <OfModel question={question} said={item.models.find((one) => one.bundle === bundle)} />
        </td>
      ))}
    </tr>
  );
}

const SIGNS: Record<Verdict, string> = { right: "✓", near: "≈", wrong: "✗", unscored: "" };

function Told(props: {
  question: Question | undefined;
  value: Value;
  verdict: Verdict;
  none: "teaching.couldNotTell" | "teaching.abstained";
}): ReactNode {
  const { say } = useWords();
  const { question, value, verdict } = props;
  if (value === null) return <span className="hint">{say(props.none)}</span>;
  return (
    <span className={`verdict verdict-${verdict}`}>
      {valueText(question, value)}{" "}
      <span aria-hidden="true">{SIGNS[verdict]}</span>
      <span className="unseen">{say(`teaching.verdict.${verdict}`)}</span>
    </span>
  );
}

function OfModel({
  question,
  said,
}: {
  question: Question | undefined;
  said: ModelAnswer | undefined;
}): ReactNode {
  const { say, number } = useWords();
  if (!said) return <span className="hint">–</span>;
  return (
    <>
      <Told question={question} value={said.value} verdict={said.verdict} none="teaching.abstained" />
      {said.value === null && said.probability !== null ? (
        <span className="hint">{say("teaching.probability", { p: shareText(said.probability, number) })}</span>
      ) : null}
      {said.same_error ? <span className="result-same">{say("teaching.sameError")}</span> : null}
      {said.named ? (
        <span className="hint">{say("teaching.named", { level: said.named })}</span>
      ) : null}
    </>
  );
}

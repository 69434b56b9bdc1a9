import { type ReactNode, useCallback, useState } from "react";
import { Link, useParams } from "react-router";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useWords } from "../words";
import "../study/study.css";
import { useBegin } from "./CollectionPage";
import { type Seen, seenOf } from "./evidence";
import { Images } from "./Images";
import { WhenLoaded } from "./LoadedPage";
import { CaseHead } from "./ReadingPage";
import { ReferenceText } from "./ReferenceText";
import { ResultTable } from "./ResultTable";
import { timeText } from "./time";
import type { ItemResult, Result } from "./types";
import { NotCounted } from "./NotCounted";
import { useOne } from "./useCalls";

const ask: Parameters<typeof useOne<Result>>[1] = (calls, id, signal) => calls.result(id, signal);

/** A case that was answered: own answers beside the reference and the models. */
export function ResultPage(): ReactNode {
  const loaded = useOne(Number(useParams().id), ask);
  return (
    <WhenLoaded loaded={loaded}>
      {(result) => <Shown key={result.attempt.id} result={result} />}
    </WhenLoaded>
  );
}

function Shown({ result }: { result: Result }): ReactNode {
  const { say } = useWords();
  const { attempt, reference } = result;
  const [seen, setSeen] = useState<(Seen & { key: string }) | null>(null);
  const look = useCallback(
    (item: ItemResult) =>
      setSeen((before) => ({
        ...seenOf(item, result.findings, (before?.token ?? 0) + 1),
        key: item.key,
      })),
    [result],
  );
  return (
    <div className="reading">
      <CaseHead attempt={attempt}>
        {reference ? <Counts items={result.items} /> : null}
        <span title={say("teaching.wall", { time: timeText(result.wall_s) })}>
          {say("teaching.looked", { time: timeText(attempt.looked_s) })}
        </span>
        <NotCounted attempt={attempt} />
      </CaseHead>
      <Images attempt={attempt} seen={seen} />
      <div className="reading-side result">
        <h2>{say("teaching.result")}</h2>
        <ReferenceText reference={reference} renewed={result.reference_renewed} />
        <ResultTable result={result} chosen={seen?.key ?? null} choose={look} />
        <Followed result={result} />
        <Onward result={result} />
      </div>
    </div>
  );
}

/** How many answers are right, one grade off, and wrong. */
function Counts({ items }: { items: readonly ItemResult[] }): ReactNode {
  const { say } = useWords();
  const of = (verdict: string) => items.filter((item) => item.verdict === verdict).length;
  return (
    <span className="result-counts">
      {(["right", "near", "wrong"] as const).map((verdict) => (
        <span key={verdict} className={`verdict verdict-${verdict}`}>
          {say(`teaching.count.${verdict}`, { n: of(verdict) })}
        </span>
      ))}
    </span>
  );
}

/** Where a model was wrong: whether one made the same error. */
function Followed({ result }: { result: Result }): ReactNode {
  const { say } = useWords();
  const lines = result.models.map(({ bundle, version, silent }) => {
    const wrong = result.items.flatMap((item) =>
      item.models
        .filter((model) => model.bundle === bundle && ["near", "wrong"].includes(model.verdict))
        .map((model) => ({ same: model.same_error, right: item.verdict === "right" })),
    );
    return {
      ...{ bundle, version, silent, wrong: wrong.length },
      same: wrong.filter(({ same }) => same).length,
      right: wrong.filter(({ right }) => right).length,
    };
  });
  if (!result.models.length) return <p className="hint">{say("teaching.noModel")}</p>;
  return (
    <ul className="result-models">
      {lines.map(({ bundle, version, silent, wrong, same, right }) => (
        <li key={bundle}>
          <strong>
            {bundle} {version}
          </strong>{" "}
          {silent ? <span className="tag plain">{say("teaching.silent")}</span> : null}
          <p>
            {wrong
              ? say("teaching.modelWrong", { wrong, same, right })
              : say("teaching.modelNeverWrong")}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Onward({ result }: { result: Result }): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const begin = useBegin();
  const { next_case: next, attempt, study } = result;
  return (
    <div className="sheet-end">
      {may(PERMISSIONS.findings) && may(PERMISSIONS.worklist) ? (
        <Link to={`/studies/${study}`}>{say("teaching.openStudy")}</Link>
      ) : null}
      <Link to={`/teaching/${attempt.collection}/score`}>{say("teaching.page.score")}</Link>
      {next === null ? (
        <span className="hint">{say("teaching.allRead")}</span>
      ) : (
        <button
          type="button"
          className="button primary"
          disabled={begin.busy}
          onClick={() => begin.begin(next)}
        >
          {say("teaching.nextCase")}
        </button>
      )}
    </div>
  );
}

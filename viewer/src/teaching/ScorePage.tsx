import type { ReactNode } from "react";
import { Link, useParams } from "react-router";
import { useWords, type Word } from "../words";
import { LearningCurve, Times } from "./charts";
import { CollectionHead } from "./CollectionPage";
import { FigureCell } from "./FigureCell";
import { WhenLoaded } from "./LoadedPage";
import { timeText } from "./time";
import type { QuestionScore, Score } from "./types";
import { useOne } from "./useCalls";

const ask: Parameters<typeof useOne<Score>>[1] = (calls, id, signal) => calls.score(id, signal);

/** One's score over the cases of a collection, beside the models' on the very same answers. */
export function ScorePage(): ReactNode {
  const loaded = useOne(Number(useParams().id), ask);
  return <WhenLoaded loaded={loaded}>{(score) => <Shown score={score} />}</WhenLoaded>;
}

function Shown({ score }: { score: Score }): ReactNode {
  const { say, count } = useWords();
  const { collection, cases, needed } = score;
  const counting = cases.filter((one) => one.counts && one.right + one.near + one.wrong > 0);
  return (
    <div className="page teaching">
      <CollectionHead collection={collection} here="score" />
      {cases.length === 0 ? <p className="card">{say("teaching.score.none")}</p> : null}
      {cases.length ? (
        <>
          <section className="card">
            <h2>{say("teaching.score.overall")}</h2>
            <FigureCell figure={score.overall} needed={needed} />
            <p className="hint">{say("teaching.score.why", { needed })}</p>
            {score.left_out_seen ? <p>{count("teaching.leftOut.seen", score.left_out_seen)}</p> : null}
            {score.left_out_aided ? (
              <p>{count("teaching.leftOut.aided", score.left_out_aided)}</p>
            ) : null}
            {score.left_out_unscorable ? (
              <p>{count("teaching.leftOut.unscorable", score.left_out_unscorable)}</p>
            ) : null}
          </section>
          {score.questions.map((one) => (
            <QuestionCard key={one.question} score={one} needed={needed} />
          ))}
          <section className="card">
            <h2>{say("teaching.curve")}</h2>
            {counting.length ? <LearningCurve cases={counting} curve={score.curve} /> : null}
            <p className="hint">{say("teaching.curve.why", { needed })}</p>
          </section>
          <section className="card">
            <h2>{say("teaching.times")}</h2>
            <Times cases={cases} />
            <CaseTable score={score} />
          </section>
        </>
      ) : null}
    </div>
  );
}

function QuestionCard({ score, needed }: { score: QuestionScore; needed: number }): ReactNode {
  const { say } = useWords();
  const names = score.readers[0]?.figures.map(({ name }) => name) ?? [];
  return (
    <section className="card">
      <h2>{score.title}</h2>
      <table className="teaching-table figures">
        <thead>
          <tr>
            <th>
              <span className="unseen">{say("teaching.reader")}</span>
            </th>
            {names.map((name) => (
              <th key={name} title={say(`teaching.figure.${name}.why` as Word)}>
                {say(`teaching.figure.${name}` as Word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {score.readers.map(({ bundle, figures }) => (
            <tr key={bundle ?? ""}>
              <th scope="row">{bundle ?? say("teaching.own")}</th>
              {figures.map((figure) => (
                <td key={figure.name}>
                  <FigureCell figure={figure} needed={needed} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function CaseTable({ score }: { score: Score }): ReactNode {
  const { say, moment } = useWords();
  return (
    <table className="teaching-table">
      <thead>
        <tr>
          <th>{say("teaching.case")}</th>
          <th>{say("teaching.answeredAt")}</th>
          <th className="number">{say("teaching.time")}</th>
          <th className="number">{say("teaching.time.wall")}</th>
          {(["right", "near", "wrong", "unscored"] as const).map((verdict) => (
            <th key={verdict} className="number">
              {say(`teaching.verdict.${verdict}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {score.cases.map((one) => (
          <tr key={one.attempt}>
            <th scope="row">
              <Link to={`/teaching/attempts/${one.attempt}/result`}>
                {say("teaching.caseNumber", { n: one.number })}
              </Link>
              {one.aided ? <span className="tag plain">{say("teaching.aided.short")}</span> : null}
              {one.counts ? null : <span className="tag plain">{say("teaching.countsNot")}</span>}
            </th>
            <td>{moment(one.submitted_at)}</td>
            <td className="number">{timeText(one.looked_s)}</td>
            <td className="number">{timeText(one.wall_s)}</td>
            <td className="number">{one.right}</td>
            <td className="number">{one.near}</td>
            <td className="number">{one.wrong}</td>
            <td className="number">{one.unscored}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

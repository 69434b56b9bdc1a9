import type { ReactNode } from "react";
import { useParams } from "react-router";
import { useWords } from "../words";
import { CollectionHead } from "./CollectionPage";
import { FigureCell } from "./FigureCell";
import { WhenLoaded } from "./LoadedPage";
import { timeText } from "./time";
import type { CollectionDetail, LearnersTable } from "./types";
import { useOne } from "./useCalls";

interface Both {
  detail: CollectionDetail;
  table: LearnersTable;
}

const ask: Parameters<typeof useOne<Both>>[1] = async (calls, id, signal) => {
  const [detail, table] = await Promise.all([
    calls.collection(id, signal),
    calls.learners(id, signal),
  ]);
  return { detail, table };
};

/** What a teacher sees: each learner, and the cases, the hardest first. */
export function LearnersPage(): ReactNode {
  const loaded = useOne(Number(useParams().id), ask);
  return <WhenLoaded loaded={loaded}>{(both) => <Shown {...both} />}</WhenLoaded>;
}

function Shown({ detail, table }: Both): ReactNode {
  const { say } = useWords();
  return (
    <div className="page teaching">
      <CollectionHead collection={detail.collection} here="learners" />
      <section className="card">
        <h2>{say("teaching.page.learners")}</h2>
        {table.learners.length ? <Learners table={table} /> : <p>{say("teaching.learners.none")}</p>}
      </section>
      {table.cases.length ? (
        <section className="card">
          <h2>{say("teaching.hardest")}</h2>
          <p className="hint">{say("teaching.hardest.why")}</p>
          <Cases table={table} />
        </section>
      ) : null}
    </div>
  );
}

function Learners({ table }: { table: LearnersTable }): ReactNode {
  const { say } = useWords();
  return (
    <table className="teaching-table">
      <thead>
        <tr>
          <th>{say("teaching.learner")}</th>
          <th className="number">{say("teaching.answeredAt")}</th>
          <th className="number">{say("teaching.counted")}</th>
          <th>{say("teaching.score.overall")}</th>
          <th className="number">{say("teaching.medianTime")}</th>
        </tr>
      </thead>
      <tbody>
        {table.learners.map((one) => (
          <tr key={one.name}>
            <th scope="row">{one.name}</th>
            <td className="number">{one.answered}</td>
            <td className="number">{one.counted}</td>
            <td>
              <FigureCell figure={one.right} needed={table.needed} />
            </td>
            <td className="number">
              {one.median_looked_s === null ? "" : timeText(one.median_looked_s)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cases({ table }: { table: LearnersTable }): ReactNode {
  const { say } = useWords();
  return (
    <table className="teaching-table">
      <thead>
        <tr>
          <th>{say("teaching.case")}</th>
          <th className="number">{say("teaching.page.learners")}</th>
          <th className="number">{say("teaching.right")}</th>
          <th className="number">{say("teaching.medianTime")}</th>
        </tr>
      </thead>
      <tbody>
        {table.cases.map((one) => (
          <tr key={one.case}>
            <th scope="row">{say("teaching.caseNumber", { n: one.number })}</th>
            <td className="number">{one.learners}</td>
            <td className="number">
              {one.scored ? say("teaching.of", { n: one.right, of: one.scored }) : "–"}
            </td>
            <td className="number">
              {one.median_looked_s === null ? "" : timeText(one.median_looked_s)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

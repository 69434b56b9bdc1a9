import { type ReactNode, useMemo } from "react";
import { Link, useParams } from "react-router";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { askCasesToDecide, askToDecide } from "./ask";
import { useAsked } from "./useAsked";

/** The cases of a list, with how many finished each and whether it was decided. */
export function DecideListPage(): ReactNode {
  const { id } = useParams();
  const { say } = useWords();
  const cases = useAsked(useMemo(() => askCasesToDecide(Number(id)), [id]));
  const lists = useAsked(askToDecide);
  const list = lists.data?.find((one) => one.id === Number(id));
  return (
    <div className="page annotation">
      <header className="annotation-head">
        <h1>{list?.name ?? say("annotation.decide")}</h1>
        <Link to="/annotation" className="button plain">
          {say("annotation.back")}
        </Link>
      </header>
      {cases.problem ? <Failure problem={cases.problem} again={cases.reload} /> : null}
      {cases.data || cases.problem ? null : <Waiting />}
      {cases.data ? (
        <table className="annotation-table">
          <thead>
            <tr>
              <th scope="col">{say("annotation.case")}</th>
              <th scope="col">{say("annotation.people")}</th>
              <th scope="col">{say("annotation.state")}</th>
            </tr>
          </thead>
          <tbody>
            {cases.data.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Link to={`/annotation/decide/${one.id}`}>{one.name}</Link>
                </th>
                <td>{say("annotation.finished", { n: one.finished, all: one.annotators })}</td>
                <td>{one.adjudicated ? say("annotation.decided.yes") : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </div>
  );
}

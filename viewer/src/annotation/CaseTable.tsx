import type { ReactNode } from "react";
import { Link } from "react-router";
import type { AnnotationListDetail } from "../api/types";
import { useWords } from "../words";

/** The cases of a list and how each annotator left them; not what they drew. */
export function CaseTable({ detail }: { detail: AnnotationListDetail }): ReactNode {
  const { say } = useWords();
  const people = detail.of_list.annotators;
  return (
    <section>
      <h2>{say("annotation.allCases")}</h2>
      <div className="annotation-wide">
        <table className="annotation-table">
          <thead>
            <tr>
              <th scope="col">{say("annotation.case")}</th>
              <th scope="col">{say("annotation.study")}</th>
              <th scope="col">{say("annotation.patient")}</th>
              <th scope="col">{say("annotation.series")}</th>
              {people.map(({ id, full_name }) => (
                <th key={id} scope="col">
                  {full_name}
                </th>
              ))}
              <th scope="col">{say("annotation.decision")}</th>
            </tr>
          </thead>
          <tbody>
            {detail.cases.map((one) => (
              <tr key={one.id}>
                <th scope="row">{one.name}</th>
                <td>
                  <Link to={`/studies/${one.study}`}>{one.study}</Link>
                </td>
                <td>{one.patient}</td>
                <td>{one.title || say("annotation.scope.study")}</td>
                {people.map(({ id }) => {
                  const state = one.states[String(id)] ?? "none";
                  return (
                    <td key={id} className={`work-${state}`}>
                      {say(`annotation.work.${state}`)}
                    </td>
                  );
                })}
                <td>{one.adjudicated ? say("annotation.decided.yes") : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

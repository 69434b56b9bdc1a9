import type { ReactNode } from "react";
import type { ObservationEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { historyOf } from "./history";
import { ObservationCard } from "./ObservationCard";
import { type Observing, useObserving } from "./useObserving";
import { Withdrawn } from "./Withdrawn";
import "./observations.css";

/** A patient's observations, and for who may observe, ways to add, correct and withdraw. */
export function Observed(props: Observing): ReactNode {
  const { say } = useWords();
  const { shown, actsOf } = useObserving(props);
  const { observations } = props;
  const history = historyOf(observations.data ?? []);
  const label = (entry: ObservationEntry) =>
    props.studies.find(({ id }) => id === entry.study)?.label;
  return (
    <>
      {shown}
      {observations.problem === undefined ? null : (
        <Failure problem={observations.problem} again={observations.reload} />
      )}
      {observations.data || observations.problem ? null : <Waiting />}
      {observations.data && history.standing.length === 0 ? (
        <p className="obs-empty">{say("observations.none")}</p>
      ) : null}
      <ol className="obs-list">
        {history.standing.map((told) => (
          <li key={told.entry.id}>
            <ObservationCard told={told} studyLabel={label(told.entry)} {...actsOf(told.entry)} />
          </li>
        ))}
      </ol>
      <Withdrawn told={history.withdrawn} />
    </>
  );
}

import type { ReactNode } from "react";
import { Link } from "react-router";
import type { AnnotationListEntry, MyList, ToAdjudicate } from "../api/types";
import { useSession } from "../session/session";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { askLists, askMine, askToDecide } from "./ask";
import { MyCases } from "./MyCases";
import { useAsked } from "./useAsked";

/** The lists that somebody draws on, decides or leads. */
export function ListsPage(): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  return (
    <div className="page annotation">
      <h1>{say("annotation.title")}</h1>
      {may(PERMISSIONS.annotate) ? <Mine /> : null}
      {may(PERMISSIONS.adjudicate) ? <ToDecide /> : null}
      {may(PERMISSIONS.manageAnnotation) ? <Managed /> : null}
    </div>
  );
}

function Mine(): ReactNode {
  const { say } = useWords();
  const { data, problem, reload } = useAsked(askMine);
  return (
    <section>
      <h2>{say("annotation.mine")}</h2>
      <p className="hint">{say("annotation.mine.why")}</p>
      {problem ? <Failure problem={problem} again={reload} /> : null}
      {data || problem ? null : <Waiting />}
      {data?.length === 0 ? <p className="annotation-none">{say("annotation.mine.none")}</p> : null}
      <ul className="list-cards">{data?.map((list) => <MyCard key={list.id} list={list} />)}</ul>
    </section>
  );
}

function MyCard({ list }: { list: MyList }): ReactNode {
  const { say } = useWords();
  const { done, cases } = list;
  return (
    <li className="list-card">
      <h3>{list.name}</h3>
      <p className="list-labels">
        {list.labels.map(({ key, name, colour }) => (
          <span key={key}>
            <span className="label-swatch" style={{ background: colour }} />
            {name}
          </span>
        ))}
      </p>
      <Progress done={done} all={cases} title={say("annotation.doneOf", { done, all: cases })} />
      {list.next === null ? (
        <p>{say("annotation.allDone")}</p>
      ) : (
        <Link className="button primary" to={`/annotation/cases/${list.next}`}>
          {say("annotation.goOn")}
        </Link>
      )}
      <MyCases list={list.id} />
    </li>
  );
}

/** How much of something is done, as a bar with its words. */
export function Progress(props: { done: number; all: number; title: string }): ReactNode {
  return (
    <div className="list-progress">
      <progress max={Math.max(props.all, 1)} value={props.done} aria-label={props.title} />
      <span>{props.title}</span>
    </div>
  );
}

function ToDecide(): ReactNode {
  const { say } = useWords();
  const { data, problem, reload } = useAsked(askToDecide);
  return (
    <section>
      <h2>{say("annotation.decide")}</h2>
      {problem ? <Failure problem={problem} again={reload} /> : null}
      {data || problem ? null : <Waiting />}
      {data?.length === 0 ? <p className="annotation-none">{say("annotation.decide.none")}</p> : null}
      <ul className="list-cards">
        {data?.map((list) => (
          <DecideCard key={list.id} list={list} />
        ))}
      </ul>
    </section>
  );
}

function DecideCard({ list }: { list: ToAdjudicate }): ReactNode {
  const { say } = useWords();
  const { ready, cases: all, adjudicated: done } = list;
  return (
    <li className="list-card">
      <h3>
        <Link to={`/annotation/decide/lists/${list.id}`}>{list.name}</Link>
      </h3>
      <p>{say("annotation.ready", { ready, all })}</p>
      <Progress {...{ done, all }} title={say("annotation.decided", { done, all })} />
    </li>
  );
}

function Managed(): ReactNode {
  const { say } = useWords();
  const { data, problem, reload } = useAsked(askLists);
  return (
    <section>
      <div className="annotation-head">
        <h2>{say("annotation.managed")}</h2>
        <Link className="button primary" to="/annotation/new">
          {say("annotation.new")}
        </Link>
      </div>
      {problem ? <Failure problem={problem} again={reload} /> : null}
      {data || problem ? null : <Waiting />}
      {data?.length === 0 ? (
        <p className="annotation-none">{say("annotation.managed.none")}</p>
      ) : null}
      {data?.length ? <ManagedTable lists={data} /> : null}
    </section>
  );
}

function ManagedTable({ lists }: { lists: readonly AnnotationListEntry[] }): ReactNode {
  const { say, count, date } = useWords();
  return (
    <table className="annotation-table">
      <thead>
        <tr>
          <th scope="col">{say("annotation.list")}</th>
          <th scope="col">{say("annotation.case")}</th>
          <th scope="col">{say("annotation.people")}</th>
          <th scope="col">{say("annotation.decision")}</th>
          <th scope="col">{say("annotation.state")}</th>
        </tr>
      </thead>
      <tbody>
        {lists.map((list) => (
          <tr key={list.id}>
            <th scope="row">
              <Link to={`/annotation/lists/${list.id}`}>{list.name}</Link>
            </th>
            <td>{count("annotation.cases", list.cases)}</td>
            <td>
              {list.annotators
                .filter(({ active }) => active)
                .map(({ full_name, done, unjudged }) => `${full_name} ${done + unjudged}`)
                .join(" · ")}
            </td>
            <td>{say("annotation.decided", { done: list.adjudicated, all: list.cases })}</td>
            <td>
              {say(list.closed ? "annotation.closed" : "annotation.open")}, {date(list.created_at)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

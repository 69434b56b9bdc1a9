import { type ReactNode, useMemo, useState } from "react";
import { Link } from "react-router";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { askMyCases } from "./ask";
import { useAsked } from "./useAsked";

/** One's own cases of a list, to be looked at again; asked for when they are opened. */
export function MyCases({ list }: { list: number }): ReactNode {
  const { say } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <details className="my-cases" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say("annotation.myCases")}</summary>
      {open ? <Cases list={list} /> : null}
    </details>
  );
}

function Cases({ list }: { list: number }): ReactNode {
  const { say } = useWords();
  const { data, problem, reload } = useAsked(useMemo(() => askMyCases(list), [list]));
  if (problem) return <Failure problem={problem} again={reload} />;
  if (!data) return <Waiting />;
  return (
    <ol>
      {data.map(({ id, name, state }) => (
        <li key={id}>
          <Link to={`/annotation/cases/${id}`}>{name}</Link>{" "}
          <span className={`work-${state ?? "none"}`}>
            {say(`annotation.work.${state ?? "none"}`)}
          </span>
        </li>
      ))}
    </ol>
  );
}

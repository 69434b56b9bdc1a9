import { type ReactNode, useCallback } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import { useWords, type Word } from "../words";
import { ACTS, groupsOf } from "./acts";
import { type Asked, EVERYTHING, isNarrowed } from "./query";

type Change = (changed: Partial<Asked>) => void;

/** What the log is narrowed by. */
export function AuditFilters({ asked, change }: { asked: Asked; change: Change }): ReactNode {
  const { say } = useWords();
  return (
    <div className="card audit-filters" role="search" aria-label={say("audit.filters")}>
      <Person asked={asked} change={change} />
      <label className="field">
        <span>{say("audit.act")}</span>
        <ActChoice value={asked.action} choose={(action) => change({ action })} />
      </label>
      <Numbered word="audit.study" value={asked.study} set={(study) => change({ study })} />
      <Numbered word="audit.patient" value={asked.patient} set={(patient) => change({ patient })} />
      <Day word="audit.from" value={asked.from} set={(from) => change({ from })} />
      <Day word="audit.to" value={asked.to} set={(to) => change({ to })} />
      {isNarrowed(asked) ? (
        <button type="button" className="button plain" onClick={() => change(EVERYTHING)}>
          {say("audit.clear")}
        </button>
      ) : null}
    </div>
  );
}

function Person({ asked, change }: { asked: Asked; change: Change }): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  // Without the names the log is still there to be read, so that their failure is not told.
  const users = useLoaded(
    useCallback(
      (signal: AbortSignal) => answer(client.GET("/api/v1/users", { signal })),
      [client],
    ),
  );
  return (
    <label className="field">
      <span>{say("audit.person")}</span>
      <select
        className="input"
        value={asked.user}
        onChange={(event) => change({ user: event.target.value })}
      >
        <option value="">{say("audit.person.all")}</option>
        {users.data?.map(({ id, name, full_name }) => (
          <option key={id} value={id}>
            {full_name && full_name !== name ? `${full_name} (${name})` : name}
          </option>
        ))}
      </select>
    </label>
  );
}

function ActChoice(props: { value: string; choose: (action: string) => void }): ReactNode {
  const { say, name } = useWords();
  return (
    <select
      className="input"
      value={props.value}
      onChange={(event) => props.choose(event.target.value)}
    >
      <option value="">{say("audit.act.all")}</option>
      {groupsOf(ACTS).map(([group, acts]) => (
        <optgroup key={group} label={name("audit.group", group)}>
          {acts.length > 1 ? (
            <option value={`${group}.`}>
              {say("audit.act.group", { group: name("audit.group", group) })}
            </option>
          ) : null}
          {acts.map((act) => (
            <option key={act} value={act}>
              {name("audit.did", act)}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

interface Field {
  word: Word;
  value: string;
  set: (value: string) => void;
}

function Numbered({ word, value, set }: Field): ReactNode {
  const { say } = useWords();
  return (
    <label className="field audit-number">
      <span>{say(word)}</span>
      <input
        className="input"
        inputMode="numeric"
        autoComplete="off"
        maxLength={9}
        value={value}
        onChange={(event) => set(event.target.value.replace(/\D/g, ""))}
      />
    </label>
  );
}

function Day({ word, value, set }: Field): ReactNode {
  const { say } = useWords();
  return (
    <label className="field audit-day">
      <span>{say(word)}</span>
      <input
        className="input"
        type="date"
        value={value}
        onChange={(event) => set(event.target.value)}
      />
    </label>
  );
}

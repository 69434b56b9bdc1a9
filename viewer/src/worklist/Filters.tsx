import type { ReactNode } from "react";
import { useMay } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useWords, type Word } from "../words";
import { ANATOMIES, type Asked, isNarrowed, NOTHING, PRIORITIES, SOURCES, STATES } from "./query";

/** What the list is narrowed by. */
export function Filters({
  asked,
  change,
}: {
  asked: Asked;
  change: (changed: Partial<Asked>) => void;
}): ReactNode {
  const { say, name } = useWords();
  const may = useMay();
  return (
    <div className="filters" role="search">
      <label className="filters-search">
        <span className="unseen">{say("worklist.search")}</span>
        <input
          className="input"
          type="search"
          name="search"
          placeholder={say("worklist.search.hint")}
          autoComplete="off"
          spellCheck={false}
          value={asked.search}
          onChange={(event) => change({ search: event.target.value })}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <fieldset className="filters-states">
        <legend className="unseen">{say("worklist.state")}</legend>
        {(["", ...STATES] as const).map((state) => (
          <label key={state}>
            <input
              type="radio"
              name="state"
              className="unseen"
              checked={asked.state === state}
              onChange={() => change({ state })}
            />
            <span>{state ? say(`state.${state}`) : say("worklist.state.all")}</span>
          </label>
        ))}
      </fieldset>
      <Choice
        label="worklist.anatomy"
        all="worklist.anatomy.all"
        value={asked.anatomy}
        options={ANATOMIES.map((one) => [one, name("anatomy", one)])}
        choose={(anatomy) => change({ anatomy })}
      />
      <Choice
        label="worklist.priority"
        all="worklist.priority.all"
        value={asked.priority}
        options={PRIORITIES.map((one) => [one, name("priority", one)])}
        choose={(chosen) => change({ priority: chosen as Asked["priority"] })}
      />
      <Choice
        label="worklist.source"
        all="worklist.source.all"
        value={asked.source}
        options={SOURCES.map((one) => [one, name("source", one)])}
        choose={(source) => change({ source })}
      />
      {may(PERMISSIONS.identity) ? <Days asked={asked} change={change} /> : null}
      {isNarrowed(asked) ? (
        <button type="button" className="button plain" onClick={() => change(NOTHING)}>
          {say("worklist.clear")}
        </button>
      ) : null}
    </div>
  );
}

/** The days between which a study was made; who sees pseudonyms sees no dates either. */
function Days(props: {
  asked: Asked;
  change: (changed: Partial<Asked>) => void;
}): ReactNode {
  const { say } = useWords();
  const { first, last } = props.asked;
  return (
    <fieldset className="filters-days">
      <legend className="unseen">{say("worklist.days")}</legend>
      {(["first", "last"] as const).map((which) => (
        <label key={which} title={say("worklist.days")}>
          <span>{say(`worklist.days.${which}`)}</span>
          <input
            type="date"
            className={props.asked[which] ? "input filters-choice set" : "input filters-choice"}
            value={props.asked[which]}
            min={which === "last" ? first : undefined}
            max={which === "first" ? last : undefined}
            onChange={(event) => props.change({ [which]: event.target.value })}
          />
        </label>
      ))}
    </fieldset>
  );
}

function Choice(props: {
  label: Word;
  all: Word;
  value: string;
  options: [string, string][];
  choose: (value: string) => void;
}): ReactNode {
  const { say } = useWords();
  return (
    <select
      className={props.value ? "input filters-choice set" : "input filters-choice"}
      aria-label={say(props.label)}
      value={props.value}
      onChange={(event) => props.choose(event.target.value)}
    >
      <option value="">{say(props.all)}</option>
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

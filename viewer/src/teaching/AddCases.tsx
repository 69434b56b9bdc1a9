import { type ReactNode, useCallback, useState } from "react";
import { useLoaded } from "../api/loaded";
import type { WorklistEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { personName } from "../shell/person";
import { useDebounced } from "../shell/useDebounced";
import { useWords } from "../words";
import { useCalls } from "./useCalls";

const SETTLED_MS = 250;
const NUMBERS = /^\s*\d{1,10}(?:[\s,;]+\d{1,10})*\s*$/;

/** Adds studies by a search of the worklist, or by their numbers. */
export function AddCases(props: {
  anatomy: string;
  there: ReadonlySet<number>;
  busy: boolean;
  add: (studies: number[]) => Promise<boolean>;
}): ReactNode {
  const { say, count } = useWords();
  const { anatomy, there, busy, add } = props;
  const calls = useCalls();
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const wanted = useDebounced(search, SETTLED_MS);
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => calls.studies(wanted, anatomy, signal),
      [calls, wanted, anatomy],
    ),
  );
  const numbers = NUMBERS.test(search)
    ? search.split(/[\s,;]+/).filter(Boolean).map(Number)
    : [];
  const toggle = (id: number) =>
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <div className="teaching-add">
      <h3>{say("teaching.add")}</h3>
      <div className="teaching-acts">
        <label className="field teaching-search">
          <span>{say("teaching.search")}</span>
          <input
            className="input"
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </label>
        {numbers.length ? (
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => void add(numbers).then((done) => done && setSearch(""))}
          >
            {count("teaching.addNumbers", numbers.length)}
          </button>
        ) : null}
        <button
          type="button"
          className="button primary"
          disabled={busy || !chosen.size}
          onClick={() => void add([...chosen]).then((done) => done && setChosen(new Set()))}
        >
          {chosen.size ? count("teaching.addChosen", chosen.size) : say("teaching.addChosen")}
        </button>
      </div>
      {loaded.problem === undefined ? null : (
        <Failure problem={loaded.problem} again={loaded.reload} />
      )}
      <ul className="teaching-found">
        {loaded.data?.studies.map((study) => (
          <Found
            key={study.id}
            study={study}
            there={there.has(study.id)}
            chosen={chosen.has(study.id)}
            toggle={() => toggle(study.id)}
          />
        ))}
      </ul>
      {loaded.data?.studies.length === 0 ? <p className="hint">{say("teaching.noneFound")}</p> : null}
      {loaded.data?.next ? <p className="hint">{say("teaching.moreFound")}</p> : null}
    </div>
  );
}

function Found(props: {
  study: WorklistEntry;
  there: boolean;
  chosen: boolean;
  toggle: () => void;
}): ReactNode {
  const { say, date } = useWords();
  const { study, there, chosen, toggle } = props;
  const { patient, description, study_date, state, id } = study;
  return (
    <li>
      <label>
        <input type="checkbox" checked={chosen || there} disabled={there} onChange={toggle} />
        <span>{personName(patient.name) || patient.identifier}</span>
        <span className="hint">
          {[`${say("study.title")} ${id}`, study_date ? date(study_date) : "", description]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <span className="hint">{there ? say("teaching.there") : say(`state.${state}`)}</span>
      </label>
    </li>
  );
}

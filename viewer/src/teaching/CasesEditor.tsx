import { type ReactNode, useCallback, useState } from "react";
import { useLoaded } from "../api/loaded";
import { personName } from "../shell/person";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { AddCases } from "./AddCases";
import { WhenLoaded } from "./LoadedPage";
import type { Collection, Reference, TeacherCase } from "./types";
import { useCalls } from "./useCalls";

/** The cases of a collection: their studies, what each is judged by, and adding more. */
export function CasesEditor({
  collection,
  items,
}: {
  collection: Collection;
  items: number;
}): ReactNode {
  const { say } = useWords();
  const calls = useCalls();
  const toasts = useToasts();
  const { id } = collection;
  const loaded = useLoaded(
    useCallback((signal: AbortSignal) => calls.cases(id, signal), [calls, id]),
  );
  const [changed, setChanged] = useState<TeacherCase[] | null>(null);
  const [busy, setBusy] = useState(false);
  /** Does something that gives the cases as they are then; says whether it was done. */
  const act = async (call: Promise<TeacherCase[]>): Promise<boolean> => {
    setBusy(true);
    try {
      setChanged(await call);
      return true;
    } catch (problem) {
      toasts.fail(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card">
      <h2>{say("teaching.casesTitle")}</h2>
      <p className="hint">{say("teaching.reference.why")}</p>
      <WhenLoaded loaded={loaded}>
        {(first) => {
          const cases = changed ?? first;
          return (
            <>
              {cases.length ? (
                <Cases cases={cases} items={items} busy={busy} act={act} />
              ) : (
                <p>{say("teaching.noCases")}</p>
              )}
              <AddCases
                anatomy={collection.anatomy}
                there={new Set(cases.map(({ study }) => study.id))}
                busy={busy}
                add={(studies) => act(calls.addCases(id, studies))}
              />
            </>
          );
        }}
      </WhenLoaded>
    </section>
  );
}

interface CasesProps {
  cases: readonly TeacherCase[];
  items: number;
  busy: boolean;
  act: (call: Promise<TeacherCase[]>) => Promise<boolean>;
}

function Cases({ cases, items, busy, act }: CasesProps): ReactNode {
  const { say } = useWords();
  const calls = useCalls();
  return (
    <table className="teaching-table">
      <thead>
        <tr>
          <th>{say("teaching.case")}</th>
          <th>{say("study.title")}</th>
          <th>{say("teaching.judgedBy")}</th>
          <th className="number">{say("teaching.answeredBy")}</th>
          <th>
            <span className="unseen">{say("teaching.acts")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {cases.map((one) => (
          <tr key={one.id}>
            <th scope="row">{one.number}</th>
            <td>
              <StudyText of={one} />
            </td>
            <td>
              <Judged of={one} items={items} busy={busy} choose={(source) => void act(calls.judgeBy(one.id, source))} />
            </td>
            <td className="number">{one.answered}</td>
            <td className="number">
              <button
                type="button"
                className="button plain"
                disabled={busy}
                aria-label={say("teaching.takeOutCase", { n: one.number })}
                onClick={() => void act(calls.withdraw(one.id))}
              >
                {say("teaching.takeOut")}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StudyText({ of: { study } }: { of: TeacherCase }): ReactNode {
  const { date } = useWords();
  const { patient, description, study_date } = study;
  return (
    <>
      {personName(patient.name) || patient.identifier}{" "}
      <span className="hint">
        {[patient.identifier, study_date ? date(study_date) : "", description]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </>
  );
}

/** What a case is judged by, and what it may be judged by. */
function Judged(props: {
  of: TeacherCase;
  items: number;
  busy: boolean;
  choose: (source: Reference) => void;
}): ReactNode {
  const { say, moment, language } = useWords();
  const { of, items, busy, choose } = props;
  const { reference, sources } = of;
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const described = (one: Reference) =>
    `${say(`teaching.reference.${one.kind}`)}, ${list.format(one.readers)}, ${moment(one.said_at)}: ${say("teaching.reference.items", { n: one.items, of: items })}`;
  return (
    <div className="teaching-judged">
      {reference ? (
        <>
          <span>{described(reference)}</span>
          <span className="hint">
            {say("teaching.reference.set", {
              name: reference.set_by ?? "",
              when: moment(reference.set_at ?? reference.said_at),
            })}
            {reference.model_seen ? ` · ${say("teaching.reference.seen.short")}` : ""}
          </span>
        </>
      ) : (
        <span className="tag">{say("teaching.noReference.teacher")}</span>
      )}
      {sources.length ? (
        <select
          className="input"
          value=""
          disabled={busy}
          aria-label={say("teaching.judgeBy", { n: of.number })}
          onChange={(event) => {
            const source = sources[Number(event.target.value)];
            if (source) choose(source);
          }}
        >
          <option value="">{say("teaching.judgeBy.choose")}</option>
          {sources.map((one, at) => (
            <option key={`${one.kind}/${one.source ?? ""}`} value={at}>
              {described(one)}
            </option>
          ))}
        </select>
      ) : null}
    </div>
  );
}

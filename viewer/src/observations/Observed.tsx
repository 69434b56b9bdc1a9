import { type ReactNode, useRef, useState } from "react";
import { type Loaded } from "../api/loaded";
import type { Form, ObservationEntry } from "../api/types";
import { useSession } from "../session/session";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { useDrafts } from "./drafts";
import { draftOf, emptyDraft, formsFor } from "./forms";
import { historyOf } from "./history";
import { ObservationCard } from "./ObservationCard";
import { ObservationForm, type StudyChoice } from "./ObservationForm";
import { useForms } from "./useObservations";
import { Withdraw } from "./Withdraw";
import "./observations.css";

/** A patient's observations, and for who may observe, ways to add, correct and withdraw. */
export function Observed(props: {
  patient: number;
  anatomy: string | null;
  /** The study that a new one stands beside at first. */
  study: number | null;
  studies: readonly StudyChoice[];
  observations: Loaded<ObservationEntry[]>;
}): ReactNode {
  const { say, count } = useWords();
  const { may } = useSession();
  const writing = useWriting(props);
  const [withdrawing, setWithdrawing] = useState<ObservationEntry | null>(null);
  const { observations } = props;
  const history = historyOf(observations.data ?? []);
  const observing = may(PERMISSIONS.observe);
  const label = (entry: ObservationEntry) =>
    props.studies.find(({ id }) => id === entry.study)?.label;
  return (
    <>
      {observing ? writing.shown : null}
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
            <ObservationCard
              told={told}
              studyLabel={label(told.entry)}
              correct={observing ? writing.correcting(told.entry) : undefined}
              withdraw={observing ? () => setWithdrawing(told.entry) : undefined}
            />
          </li>
        ))}
      </ol>
      {history.withdrawn.length ? (
        <details className="obs-withdrawn">
          <summary>{count("observations.withdrawn", history.withdrawn.length)}</summary>
          <ol className="obs-list">
            {history.withdrawn.map((told) => (
              <li key={told.entry.id}>
                <ObservationCard told={told} />
              </li>
            ))}
          </ol>
        </details>
      ) : null}
      {withdrawing ? (
        <Withdraw
          entry={withdrawing}
          close={() => setWithdrawing(null)}
          withdrawn={observations.reload}
        />
      ) : null}
    </>
  );
}

/** What is being written: a new observation or a correction, of which one is open at a time. */
function useWriting(props: Parameters<typeof Observed>[0]): {
  shown: ReactNode;
  correcting: (entry: ObservationEntry) => (() => void) | undefined;
} {
  const { say } = useWords();
  const loaded = useForms();
  const drafts = useDrafts(props.patient);
  const [open, setOpen] = useState<{ corrects: number | null } | null>(() =>
    drafts.begun.length ? { corrects: drafts.begun[0] ?? null } : null,
  );
  const button = useRef<HTMLButtonElement>(null);
  const entries = props.observations.data ?? [];
  const forms = formsFor(loaded.data ?? [], props.anatomy, say("observations.note"));
  const formOf = (entry: ObservationEntry): Form | undefined =>
    forms.find(({ name }) => name === entry.form);
  const close = () => {
    setOpen(null);
    window.setTimeout(() => button.current?.focus());
  };
  const correcting = (entry: ObservationEntry) => {
    const form = formOf(entry);
    if (!form) return undefined;
    return () => {
      if (!drafts.get(entry.id)) drafts.put(entry.id, draftOf(entry, form));
      setOpen({ corrects: entry.id });
    };
  };
  const corrects = entries.find(({ id }) => id === open?.corrects) ?? null;
  const draft = open ? drafts.get(open.corrects) : undefined;
  const waits = open !== null && open.corrects !== null && corrects === null;
  if (!open || !draft || waits || !loaded.data) {
    const begun = drafts.begun.includes(null);
    return {
      correcting,
      shown: (
        <div className="obs-top">
          {loaded.problem === undefined ? null : (
            <Failure problem={loaded.problem} again={loaded.reload} />
          )}
          <button
            ref={button}
            type="button"
            className="button primary"
            disabled={!loaded.data}
            onClick={() => {
              if (!begun) drafts.put(null, emptyDraft(forms, props.study));
              setOpen({ corrects: null });
            }}
          >
            {say(begun ? "observations.continue" : "observations.new")}
          </button>
        </div>
      ),
    };
  }
  const end = () => {
    drafts.put(open.corrects, null);
    close();
  };
  return {
    correcting,
    shown: (
      <ObservationForm
        key={open.corrects ?? "new"}
        patient={props.patient}
        forms={corrects ? forms.filter(({ name }) => name === corrects.form) : forms}
        studies={props.studies}
        corrects={corrects}
        draft={draft}
        change={(changed) => drafts.put(open.corrects, changed)}
        saved={() => {
          end();
          props.observations.reload();
        }}
        discard={end}
        close={close}
      />
    ),
  };
}

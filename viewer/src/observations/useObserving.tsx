import { type ReactNode, useRef, useState } from "react";
import type { Loaded } from "../api/loaded";
import type { Form, ObservationEntry } from "../api/types";
import { useSession } from "../session/session";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { useWords } from "../words";
import { useDrafts } from "./drafts";
import { draftOf, emptyDraft, formsFor } from "./forms";
import { ObservationForm, type StudyChoice } from "./ObservationForm";
import { Withdraw } from "./Withdraw";

/** Whose observations they are, and beside which studies a new one may stand. */
export interface Observing {
  patient: number;
  anatomy: string | null;
  /** The study that a new one stands beside at first. */
  study: number | null;
  studies: readonly StudyChoice[];
  observations: Loaded<ObservationEntry[]>;
  forms: Loaded<Form[]>;
}

/** What may be done with an observation; nothing of it for who may not observe. */
export interface Acts {
  correct?: (() => void) | undefined;
  withdraw?: (() => void) | undefined;
}

/**
 * Adding, correcting and withdrawing: what stands above a list of observations, and what its
 * entries offer. One form is open at a time.
 */
export function useObserving(props: Observing): {
  shown: ReactNode;
  actsOf: (entry: ObservationEntry) => Acts;
} {
  const { may } = useSession();
  const writing = useWriting(props);
  const [withdrawing, setWithdrawing] = useState<ObservationEntry | null>(null);
  if (!may(PERMISSIONS.observe)) return { shown: null, actsOf: () => ({}) };
  return {
    actsOf: (entry) => ({
      correct: writing.correcting(entry),
      withdraw: () => setWithdrawing(entry),
    }),
    shown: (
      <>
        {writing.shown}
        {withdrawing ? (
          <Withdraw
            entry={withdrawing}
            close={() => setWithdrawing(null)}
            withdrawn={props.observations.reload}
          />
        ) : null}
      </>
    ),
  };
}

/** What is being written: a new observation or a correction, of which one is open at a time. */
function useWriting(props: Observing): {
  shown: ReactNode;
  correcting: (entry: ObservationEntry) => (() => void) | undefined;
} {
  const { say } = useWords();
  const loaded = props.forms;
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

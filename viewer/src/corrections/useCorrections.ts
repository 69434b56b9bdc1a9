import { useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "../api/context";
import type { Corrections } from "../api/types";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { askCorrections, sayTogether } from "./ask";
import { completed, type Statement, undoing } from "./words";

/** What readers say of a study, and how to say more. */
export interface Correcting {
  /** `undefined` until they are here. */
  corrections: Corrections | undefined;
  /** Why they could not be had. */
  problem: unknown;
  reload: () => void;
  /** Whether this reader may correct. */
  may: boolean;
  /** Something is being said. */
  busy: boolean;
  /**
   * Says all of the statements or none, tells what was done with an "Undo", or that it failed.
   * One that is said while another is on its way waits for it.
   *
   * @returns Whether it was kept.
   */
  say: (statements: readonly Statement[], told: string) => Promise<boolean>;
  /** Takes back what was said last on this page; `null` where nothing was. */
  undo: (() => void) | null;
}

/** The corrections of a study, asked for again with each of its revisions. */
export function useCorrections(study: number, revision: number): Correcting {
  const { corrections, problem, reload, busy, send } = useStatements(study, revision);
  const toasts = useToasts();
  const words = useWords();
  const may = useSession().may(PERMISSIONS.correct);
  const [said, setSaid] = useState<readonly (readonly number[])[]>([]);
  const undo = (ids: readonly number[]) => () => {
    void send((known) => undoing(ids, known)).then((done) => {
      if (!done) return;
      setSaid((before) => before.filter((one) => one !== ids));
      toasts.tell(words.say("corrections.undone"));
    });
  };
  const last = said.at(-1);
  return {
    ...{ corrections, problem, reload, may, busy },
    say: async (statements, told) => {
      const kept = await send((known) => statements.map((one) => completed(one, known)));
      if (!kept) return false;
      const ids = kept.said ?? [];
      setSaid((before) => [...before, ids]);
      toasts.tell(told, { title: words.say("corrections.undo"), press: undo(ids) });
      return true;
    },
    undo: last ? undo(last) : null,
  };
}

type Saying = (known: Corrections) => readonly Statement[];

function useStatements(study: number, revision: number) {
  const api = useApi();
  const { fail } = useToasts();
  const [state, setState] = useState<{ corrections?: Corrections; problem?: unknown }>({});
  const [waiting, setWaiting] = useState(0);
  const known = useRef<Corrections | null>(null);
  const queue = useRef<Promise<unknown>>(Promise.resolve());
  // An answer that was asked for before something was said does not know of it.
  const turn = useRef(0);
  const keep = useCallback((corrections: Corrections) => {
    known.current = corrections;
    setState({ corrections });
  }, []);
  const reload = useCallback(() => {
    const mine = ++turn.current;
    askCorrections(api, study).then(
      (corrections) => {
        if (mine === turn.current) keep(corrections);
      },
      (problem: unknown) => {
        if (mine === turn.current) setState((before) => ({ ...before, problem }));
      },
    );
  }, [api, study, keep]);
  useEffect(() => {
    if (revision >= 0) reload();
  }, [reload, revision]);

  const sendNow = async (saying: Saying): Promise<Corrections | null> => {
    const statements = known.current ? saying(known.current) : [];
    if (statements.length === 0) return null;
    try {
      const whole = statements.map((one) => ({ ...one, note: one.note ?? "" }));
      const corrections = await sayTogether(api, study, whole);
      ++turn.current;
      keep(corrections);
      return corrections;
    } catch (problem) {
      fail(problem);
      // Most often because of what was said meanwhile elsewhere.
      reload();
      return null;
    }
  };
  const send = (saying: Saying): Promise<Corrections | null> => {
    setWaiting((n) => n + 1);
    const sent = queue.current.then(() => sendNow(saying));
    queue.current = sent.finally(() => setWaiting((n) => n - 1));
    return sent;
  };
  return {
    ...{ corrections: state.corrections, problem: state.problem },
    ...{ reload, send, busy: waiting > 0 },
  };
}

import { useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AnnotationMark, SavedWork, Work } from "../api/types";

/** After this pause in drawing, what was drawn is saved. */
export const PAUSE_MS = 1200;

/** Whether all is kept: nothing to keep, not yet, on its way, kept, or not to be kept. */
export type SavingState =
  | { is: "nothing" | "unsaved" | "saving" | "saved" }
  | { is: "failed"; problem: unknown };

interface Kept {
  state: SavedWork["state"];
  reason?: string;
}

/** Keeps what is drawn by itself, one save after another, so that none overtakes another. */
export interface Saving {
  state: SavingState;
  /** Tells what is drawn now; it is saved a little later. */
  drew: (marks: AnnotationMark[]) => void;
  /** Saves at once with a state; whether it was kept. */
  save: (kept: Kept) => Promise<boolean>;
  /** Tries again to save what was not kept. */
  again: () => Promise<boolean>;
}

export function useSaving(caseId: number, first: Work, spent: () => number): Saving {
  const { client } = useApi();
  const [state, setState] = useState<SavingState>({ is: first.edition ? "saved" : "nothing" });
  // What was done stays done while it is mended; what could not be judged is drawn on after all.
  const [going] = useState<Kept>({ state: first.state === "done" ? "done" : "open" });
  const last = useRef(going);
  const now = useRef({ edition: first.edition, marks: first.marks, dirty: false });
  const timer = useRef<number | undefined>(undefined);
  const queue = useRef<Promise<unknown>>(Promise.resolve());

  const put = useCallback(
    async ({ state: told, reason }: Kept): Promise<boolean> => {
      const { edition, marks } = now.current;
      now.current.dirty = false;
      setState({ is: "saving" });
      try {
        const body = { edition, state: told, reason: reason ?? "", marks, spent_s: spent() };
        const params = { path: { case_id: caseId } };
        const saved = await answer(
          client.PUT("/api/v1/annotation/cases/{case_id}/work", { params, body }),
        );
        now.current.edition = saved.edition;
        setState({ is: now.current.dirty ? "unsaved" : "saved" });
        return true;
      } catch (problem) {
        now.current.dirty = true;
        setState({ is: "failed", problem });
        return false;
      }
    },
    [client, caseId, spent],
  );
  const save = useCallback(
    (kept: Kept): Promise<boolean> => {
      window.clearTimeout(timer.current);
      last.current = kept;
      const saving = queue.current.then(() => put(kept));
      queue.current = saving;
      return saving;
    },
    [put],
  );
  const drew = useCallback(
    (marks: AnnotationMark[]) => {
      now.current.marks = marks;
      now.current.dirty = true;
      setState({ is: "unsaved" });
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(() => void save(going), PAUSE_MS);
    },
    [save, going],
  );
  const isDirty = useCallback(() => now.current.dirty, []);
  const again = useCallback(() => save(last.current), [save]);
  useLeaving(isDirty, again);
  return { state, drew, save, again };
}

/** Saves what is not saved when the page is left, and asks before the window is closed. */
function useLeaving(isDirty: () => boolean, save: () => Promise<boolean>): void {
  useEffect(() => {
    const closing = (event: BeforeUnloadEvent) => {
      if (isDirty()) event.preventDefault();
    };
    window.addEventListener("beforeunload", closing);
    return () => {
      window.removeEventListener("beforeunload", closing);
      if (isDirty()) void save();
    };
  }, [isDirty, save]);
}

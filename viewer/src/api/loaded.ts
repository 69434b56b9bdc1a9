import { useCallback, useEffect, useRef, useState } from "react";

/** What was asked for: `data` stays while it is asked for anew, so a page does not blink. */
export interface Loaded<T> {
  data: T | undefined;
  problem: unknown;
  loading: boolean;
  /** Asks again for the same. */
  reload: () => void;
}

/**
 * Asks for something and gives it once it is there; only the last asking counts.
 *
 * @param ask - Must keep its identity (`useCallback`) while what it asks for is the same.
 */
export function useLoaded<T>(ask: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ data?: T; problem?: unknown; loading: boolean }>({
    loading: true,
  });
  const current = useRef<AbortController | null>(null);
  const reload = useCallback(() => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    setState((before) => ({ ...before, loading: true }));
    ask(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, loading: false });
      },
      (problem: unknown) => {
        if (!controller.signal.aborted)
          setState((before) => ({ data: before.data, problem, loading: false }));
      },
    );
  }, [ask]);
  useEffect(() => {
    reload();
    return () => current.current?.abort();
  }, [reload]);
  return { data: state.data, problem: state.problem, loading: state.loading, reload };
}

import { useCallback, useMemo } from "react";
import { useApi } from "../api/context";
import { type Loaded, useLoaded } from "../api/loaded";
import { type TeachingCalls, teachingCalls } from "./ask";

/** The calls of teaching, with what every call carries. */
export function useCalls(): TeachingCalls {
  const api = useApi();
  return useMemo(() => teachingCalls(api), [api]);
}

/** What is asked for of one thing by its number. */
export function useOne<T>(
  id: number,
  ask: (calls: TeachingCalls, id: number, signal: AbortSignal) => Promise<T>,
): Loaded<T> {
  const calls = useCalls();
  return useLoaded(useCallback((signal: AbortSignal) => ask(calls, id, signal), [calls, id, ask]));
}

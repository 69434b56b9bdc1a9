import { useCallback } from "react";
import { useApi } from "../api/context";
import type { Api } from "../api/http";
import { type Loaded, useLoaded } from "../api/loaded";

/**
 * Asks the service for something.
 *
 * @param ask - Must keep its identity (`useMemo`) while what it asks for is the same.
 */
export function useAsked<T>(ask: (api: Api, signal: AbortSignal) => Promise<T>): Loaded<T> {
  const api = useApi();
  return useLoaded(useCallback((signal: AbortSignal) => ask(api, signal), [ask, api]));
}

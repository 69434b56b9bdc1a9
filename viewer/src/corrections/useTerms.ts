import { useCallback } from "react";
import { useApi } from "../api/context";
import { useLoaded } from "../api/loaded";
import type { Terms } from "../api/types";
import { askTerms } from "./ask";

const NONE: Terms = { findings: [], levels: [] };

/** The findings and levels that may be said, in the reader's language; none until they are here. */
export function useTerms(): Terms {
  const api = useApi();
  const ask = useCallback((signal: AbortSignal) => askTerms(api, signal), [api]);
  const { data } = useLoaded(ask);
  return data ?? NONE;
}

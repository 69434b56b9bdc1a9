import { useCallback } from "react";
import { useApi } from "../api/context";
import { useLoaded } from "../api/loaded";
import type { Terms } from "../api/types";
import { askTerms } from "./ask";

const NONE: Terms = { findings: [], levels: [] };

/** The findings and levels that may be said, in the reader's language; none until they are here. */
export function useTerms(): Terms {
  const api = useApi();
  return useLoaded(useCallback((signal: AbortSignal) => askTerms(api, signal), [api])).data ?? NONE;
}

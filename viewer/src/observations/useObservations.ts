import { useCallback, useEffect, useRef } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { type Loaded, useLoaded } from "../api/loaded";
import type { Form, ObservationEntry } from "../api/types";

/**
 * A patient's observations.
 *
 * @param revision - Of the study that they are shown beside: they are asked for anew with each.
 */
export function useObservations(patient: number, revision = 0): Loaded<ObservationEntry[]> {
  const { client } = useApi();
  const loaded = useLoaded(
    useCallback(
      async (signal: AbortSignal) => {
        const params = { path: { patient_id: patient } };
        const call = client.GET("/api/v1/patients/{patient_id}/observations", { params, signal });
        // The client's types know pairs only as lists.
        return (await answer(call)) as ObservationEntry[];
      },
      [client, patient],
    ),
  );
  const { reload } = loaded;
  const asked = useRef(revision);
  useEffect(() => {
    if (asked.current === revision) return;
    asked.current = revision;
    reload();
  }, [revision, reload]);
  return loaded;
}

/** The clinic's forms, in the reader's language. */
export function useForms(): Loaded<Form[]> {
  const { client } = useApi();
  return useLoaded(
    useCallback((signal: AbortSignal) => answer(client.GET("/api/v1/forms", { signal })), [client]),
  );
}

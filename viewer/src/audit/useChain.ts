import { useCallback, useEffect, useRef, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AuditStep } from "../api/types";

/** How far a check came: its last step, and the noted heads that were met so far. */
export interface Checked {
  step: AuditStep | null;
  noted: number;
}

const NOTHING: Checked = { step: null, noted: 0 };

/** Checks the log's chain a step after the other, until its end, a fault, or a stop. */
export function useChain() {
  const { client } = useApi();
  const [checked, setChecked] = useState(NOTHING);
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const current = useRef<AbortController | null>(null);

  const stop = useCallback(() => {
    current.current?.abort();
    setChecking(false);
  }, []);
  useEffect(() => () => current.current?.abort(), []);

  const check = useCallback(async () => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    const { signal } = controller;
    setChecked(NOTHING);
    setProblem(undefined);
    setChecking(true);
    let reached = NOTHING;
    try {
      while (!reached.step?.done && !signal.aborted) {
        const query = reached.step
          ? { after: reached.step.checked, hash: reached.step.hash }
          : {};
        const call = client.GET("/api/v1/audit/chain", { params: { query }, signal });
        // Each step begins where the one before ended.
        const step: AuditStep = await answer(call);
        reached = { step, noted: reached.noted + step.noted };
        if (!signal.aborted) setChecked(reached);
      }
    } catch (failure) {
      if (!signal.aborted) setProblem(failure);
    } finally {
      if (!signal.aborted) setChecking(false);
    }
  }, [client]);

  return { checked, checking, problem, check: () => void check(), stop };
}

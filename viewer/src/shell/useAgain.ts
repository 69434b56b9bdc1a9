import { useEffect, useRef } from "react";
import { ApiProblem } from "../api/problem";

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 15_000;

/** Whether a failure passes by itself, so that trying again helps. */
export function isPassing(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.passing;
}

/**
 * Does something again by itself while a failure that passes is shown, waiting longer each time, and
 * at once when the network is there again.
 *
 * @param problem - Another object after each try.
 * @param again - Asks only; it must change nothing.
 */
export function useAgain(problem: unknown, again: (() => void) | undefined): void {
  const latest = useRef(again);
  const tries = useRef(0);
  useEffect(() => {
    latest.current = again;
  }, [again]);
  const able = again !== undefined;
  useEffect(() => {
    if (!able || !isPassing(problem)) return;
    const act = () => latest.current?.();
    const wait = Math.min(FIRST_WAIT_MS * 2 ** tries.current, LONGEST_WAIT_MS);
    tries.current += 1;
    const timer = window.setTimeout(act, wait);
    window.addEventListener("online", act);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener("online", act);
    };
  }, [problem, able]);
}

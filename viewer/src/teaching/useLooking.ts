import { useCallback, useEffect, useRef, useState } from "react";
import type { Answers } from "./types";
import { useCalls } from "./useCalls";

/** The service is told this often that the page is shown; it counts no longer silence. */
const EACH_MS = 15_000;
const SOON_MS = 800;

/** How long a case's page was shown, as the service counts it, and whether the draft is kept. */
export interface Looking {
  /** Seconds until now. */
  looked: number;
  /** Whether the answers so far reached the service. */
  kept: boolean;
  /** Whether the study or its patient's records were opened elsewhere meanwhile. */
  aided: boolean;
  /** Ends the telling: the answers were given. */
  stop: () => void;
}

/**
 * Tells the service while the page is shown, and that it is not where it is hidden or left; with
 * each word go the answers so far.
 */
export function useLooking(attempt: number, began: number, answers: Answers): Looking {
  const calls = useCalls();
  const [told, setTold] = useState(() => ({ looked: began, at: performance.now(), shown: true }));
  const [now, setNow] = useState(() => performance.now());
  const [kept, setKept] = useState(true);
  const [aided, setAided] = useState(false);
  const latest = useRef(answers);
  const over = useRef(false);
  useEffect(() => {
    latest.current = answers;
  }, [answers]);

  const tell = useCallback(
    (shown: boolean) => {
      if (over.current) return;
      calls.look(attempt, shown, latest.current).then(
        ({ looked_s, aided: helped }) => {
          setAided(helped);
          setTold({ looked: looked_s, at: performance.now(), shown });
          setKept(true);
        },
        () => setKept(false),
      );
    },
    [calls, attempt],
  );

  useEffect(() => {
    const visible = () => !document.hidden;
    const changed = () => tell(visible());
    changed();
    const often = window.setInterval(() => visible() && tell(true), EACH_MS);
    const tick = window.setInterval(() => setNow(performance.now()), 1000);
    const leave = () => tell(false);
    document.addEventListener("visibilitychange", changed);
    window.addEventListener("pagehide", leave);
    return () => {
      document.removeEventListener("visibilitychange", changed);
      window.removeEventListener("pagehide", leave);
      window.clearInterval(often);
      window.clearInterval(tick);
      leave();
    };
  }, [tell]);

  // An answer is kept soon after it was given, and not with each key.
  useEffect(() => {
    if (Object.keys(answers).length === 0) return;
    const soon = window.setTimeout(() => tell(!document.hidden), SOON_MS);
    return () => window.clearTimeout(soon);
  }, [answers, tell]);

  const since = told.shown ? Math.max(0, now - told.at) / 1000 : 0;
  return {
    looked: told.looked + since,
    kept,
    aided,
    stop: useCallback(() => {
      over.current = true;
    }, []),
  };
}

import { useCallback, useEffect, useRef } from "react";

/** Seconds that the page was in front, on from those of earlier days. */
export function useSpent(before: number): () => number {
  const spent = useRef<{ ms: number; since: number | null }>({ ms: before * 1000, since: null });
  useEffect(() => {
    spent.current.since ??= performance.now();
    const turned = () => {
      const { ms, since } = spent.current;
      const at = performance.now();
      spent.current =
        document.visibilityState === "hidden"
          ? { ms: since === null ? ms : ms + at - since, since: null }
          : { ms, since: since ?? at };
    };
    document.addEventListener("visibilitychange", turned);
    return () => document.removeEventListener("visibilitychange", turned);
  }, []);
  return useCallback(() => {
    const { ms, since } = spent.current;
    return Math.round((since === null ? ms : ms + performance.now() - since) / 1000);
  }, []);
}

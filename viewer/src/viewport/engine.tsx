import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { Engine } from "./stage";

/** Starts the image engine; gives the same each time. */
export type StartEngine = () => Promise<Engine>;

/** A function that does its work at its first call only. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

// Cornerstone is one a page. It is large, so that it comes beside the study's own page.
const startOnce = once(async () => (await import("./cornerstone")).startCornerstone());

const EngineContext = createContext<StartEngine>(startOnce);

/** Another engine for everything below, as tests need it. */
export function EngineProvider({
  start,
  children,
}: {
  start: StartEngine;
  children: ReactNode;
}): ReactNode {
  return <EngineContext value={start}>{children}</EngineContext>;
}

/** What starts the engine. */
export function useStartEngine(): StartEngine {
  return useContext(EngineContext);
}

/** The engine once it runs, and why it does not. */
export function useEngine(): { engine: Engine | null; problem: unknown } {
  const start = useStartEngine();
  const [state, setState] = useState<{ engine: Engine | null; problem: unknown }>({
    engine: null,
    problem: null,
  });
  useEffect(() => {
    let gone = false;
    start().then(
      (engine) => gone || setState({ engine, problem: null }),
      (problem: unknown) => gone || setState({ engine: null, problem }),
    );
    return () => {
      gone = true;
    };
  }, [start]);
  return state;
}

/** Brings the engine before the first study is opened, while nothing else is to be done. */
export function warmEngine(): void {
  void startOnce().catch(() => undefined);
}

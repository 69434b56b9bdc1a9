import { type RefObject, useEffect, useState } from "react";
import { flushSync } from "react-dom";
import type { Frame } from "./frames";
import type { Engine, Stage, View } from "./stage";

/** A stage in an element, following the series and the slice that are wanted of it. */
export function useStage(
  element: RefObject<HTMLDivElement | null>,
  engine: Engine | null,
  frames: readonly Frame[] | null,
  index: number,
): { stage: Stage | null; view: View | null; problem: unknown } {
  const [stage, setStage] = useState<Stage | null>(null);
  const [view, setView] = useState<View | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [opened, setOpened] = useState<readonly Frame[] | null>(null);
  useEffect(() => {
    if (!engine || !element.current) return;
    const made = engine.stage(element.current);
    setStage(made);
    // The overlay changes with the image that was just drawn, never a moment after it.
    const stop = made.watch((now) => flushSync(() => setView(now)));
    return () => {
      stop();
      made.close();
      setStage(null);
      setView(null);
      setOpened(null);
    };
  }, [engine, element]);
  useEffect(() => {
    if (!stage || !frames?.length || frames === opened) return;
    setOpened(frames);
    setView(null);
    setProblem(null);
    stage.open(frames, index).catch(setProblem);
  }, [stage, frames, index, opened]);
  useEffect(() => {
    if (!stage || !frames || frames !== opened) return;
    stage.go(index).then(() => setProblem(null), setProblem);
  }, [stage, frames, index, opened]);
  return { stage, view, problem };
}

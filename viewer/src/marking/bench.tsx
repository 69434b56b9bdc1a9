import { act as settle, fireEvent, render, screen } from "@testing-library/react";
import { type ReactNode, useEffect, useReducer } from "react";
import type { Shape } from "../viewport/drawing";
import { fakeEngine } from "../viewport/fakeEngine";
import { firstPanes, panesReducer } from "../viewport/panes";
import { seriesAt } from "../viewport/testing";
import { useFrames } from "../viewport/useFrames";
import { Viewer } from "../viewport/Viewer";
import { type Language, WordsProvider } from "../words";
import { MarkToolbar } from "./MarkToolbar";
import type { Marking, MarkingOptions } from "./marking";
import type { MarkLabel, MarkTool } from "./marks";
import { maskOf } from "./masks";
import { linesOf } from "./testing";
import { useMarking } from "./useMarking";

export const LABELS: readonly MarkLabel[] = [
  { key: "tear", text: "Tear", colour: "#ff0000" },
  { key: "disc", text: "Disc", colour: "#00ff00" },
];
const FRAMES = seriesAt([0, 4, 8]);
const SOURCES = [
  { uid: "1.2", studyUid: "1", title: "Sagittal", modality: "MR", count: 3, prior: null },
];

/** What a model found, which the page may have chosen. */
const FOUND: Shape = {
  ...{ id: "found", kind: "finding", structure: "tear", level: null },
  outlines: [[[15, 5], [15, 8], [18, 8]]],
  findings: [7],
};

/** The viewer with three slices of 20 by 10 pixels to draw on, for tests. */
export interface Bench {
  /** What marking gives at this moment. */
  marking: () => Marking;
  layer: HTMLElement;
  stage: ReturnType<typeof fakeEngine>["stages"][number];
  /** Presses at a place, moves over others, and lets go at the last. */
  drag: (places: readonly Spot[], init?: object) => void;
  point: (kind: "pointerDown" | "pointerMove" | "pointerUp", at: Spot, init?: object) => void;
  press: (key: string, init?: object) => void;
  /** The label's pixels on the slice in front, row by row. */
  lines: (label?: string) => string[];
  take: (tool: MarkTool | null) => void;
}

type Spot = readonly [row: number, column: number];

/** The fake stage draws each pixel two CSS pixels wide; the first one's centre lies at (1, 1). */
export function spotOf([row, column]: Spot): { clientX: number; clientY: number } {
  return { clientX: column * 2 + 1, clientY: row * 2 + 1 };
}

export async function openBench(
  options: Partial<MarkingOptions> = {},
  { language = "en", selected = null }: { language?: Language; selected?: number | null } = {},
): Promise<Bench> {
  const { engine, stages } = fakeEngine({ "1.2": FRAMES });
  const kept: { marking: Marking | null } = { marking: null };
  function Page(): ReactNode {
    const marking = useMarking({ on: true, labels: LABELS, ...options });
    const [state, act] = useReducer(panesReducer, firstPanes(["1.2"]));
    const known = useFrames(engine, SOURCES);
    const here = known.frames.has("1.2");
    useEffect(() => {
      if (here) act({ do: "start", pane: 0, series: "1.2", index: 1 });
    }, [here]);
    useEffect(() => {
      kept.marking = marking;
    });
    return (
      <>
        <MarkToolbar marking={marking} />
        <Viewer
          {...{ engine, known, state, act, marking }}
          sources={SOURCES}
          target={null}
          drawing={() => ({ shapes: [FOUND], labels: [] })}
          selected={selected}
          pick={() => undefined}
          step={() => undefined}
        />
      </>
    );
  }
  render(
    <WordsProvider first={language}>
      <Page />
    </WordsProvider>,
  );
  const pane = await screen.findByRole("group", { name: "Sagittal" });
  await settle(async () => undefined);
  const layer = pane.querySelector<HTMLElement>(".mark-layer") ?? pane;
  const marking = () => kept.marking as Marking;
  const point: Bench["point"] = (kind, at, init = {}) =>
    void fireEvent[kind](layer, { pointerId: 1, button: 0, ...spotOf(at), ...init });
  return {
    ...{ marking, layer, point },
    stage: stages[0] as Bench["stage"],
    press: (key, init = {}) => void fireEvent.keyDown(document.body, { key, ...init }),
    drag: (places, init) => {
      const [first, ...others] = places as [Spot, ...Spot[]];
      point("pointerDown", first, init);
      for (const each of others) point("pointerMove", each, init);
      point("pointerUp", others.at(-1) ?? first, init);
    },
    lines: (label = "tear") => {
      const { page, marksOf } = marking();
      const mark = page && marksOf(page).find((one) => one.label === label && !one.box);
      return linesOf(maskOf(mark?.outlines ?? [], 20, 10));
    },
    take: (tool) => settle(() => marking().setTool(tool)),
  };
}

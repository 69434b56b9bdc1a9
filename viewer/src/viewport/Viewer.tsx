import { type ReactNode, useEffect } from "react";
import type { Marking } from "../marking/marking";
import { useWords } from "../words";
import type { Place } from "./affine";
import type { Drawing } from "./drawing";
import type { Frame } from "./frames";
import { useKeys } from "./keys";
import { type Aim, Pane } from "./Pane";
import { NOT_BEGUN, type PanesAct, type PanesState } from "./panes";
import { SeriesStrip } from "./SeriesStrip";
import type { SeriesSource } from "./source";
import type { Engine } from "./stage";
import { Toolbar, type ToolbarProps } from "./Toolbar";
import type { Tool } from "./tools";
import type { KnownFrames } from "./useFrames";
import { useHeld, usePresets } from "./useHeld";
import { usePrefetch } from "./usePrefetch";
import { type Tools, useTools } from "./useTools";
import { viewerKeys } from "./viewerKeys";
import "./viewport.css";

/** A finding that was chosen: the panes of these series bring its places to the middle. */
export interface Target {
  token: number;
  places: ReadonlyMap<string, { index: number; place: Place | null }>;
}

export interface ViewerProps {
  engine: Engine | null;
  sources: readonly SeriesSource[];
  known: KnownFrames;
  state: PanesState;
  act: (act: PanesAct) => void;
  target: Target | null;
  drawing: (frame: Frame) => Drawing;
  selected: number | null;
  pick: (findings: readonly number[]) => void;
  step: (by: 1 | -1) => void;
  /** What `useMarking` gave, where the page lets its reader mark. */
  marking?: Marking | null;
}

const NOTHING: Drawing = { shapes: [], labels: [] };

/** The images of a study: tools, panes, and the series to choose from. */
export function Viewer(props: ViewerProps): ReactNode {
  const { engine, sources, known, state, act } = props;
  const { held, holds } = useHeld();
  const ready = held.some(Boolean);
  useAsking(props, ready);
  usePrefetch(engine, state, known.frames, ready);
  const active = held[state.active] ?? null;
  const activeFrames = known.frames.get(state.panes[state.active]?.series ?? "") ?? null;
  const shown = active ? activeFrames?.[active.view.shown] : undefined;
  const presets = usePresets(active?.stage ?? null, shown);
  const tools = useTools(state, act, active, presets);
  const scroll = (pane: number, by: number) =>
    act({ do: "scroll", pane, by, frames: known.frames });
  const show = (pane: number, series: string) => {
    if (sources.some((one) => one.uid === series)) act({ do: "show", pane, series });
  };
  const bar = besideMarking(tools.bar, props.marking);
  useKeys(viewerKeys({ ...bar, state, scroll, step: props.step, activeFrames }));
  return (
    <div className="viewer">
      <Toolbar {...bar} />
      <Panes {...props} tools={tools} holds={holds} scroll={scroll} show={show} />
      <SeriesStrip
        sources={sources}
        shown={new Set(state.panes.slice(0, state.layout).flatMap((p) => p.series ?? []))}
        frames={known.frames}
        engine={engine}
        ready={ready}
        choose={(series) => show(state.active, series)}
      />
    </div>
  );
}

/** While something is drawn no tool of the viewer is in hand; taking one puts the drawing's away. */
function besideMarking(bar: ToolbarProps, marking: Marking | null | undefined): ToolbarProps {
  if (!marking?.on) return bar;
  const take = (tool: Tool) => {
    marking.setTool(null);
    bar.take(tool);
  };
  return { ...bar, take, inHand: marking.tool === null };
}

/** Panes have no other identity than where they stand. */
const PANE_KEYS = ["first", "second", "third", "fourth"];

interface PanesProps extends ViewerProps {
  tools: Tools;
  holds: ReturnType<typeof useHeld>["holds"];
  scroll: (pane: number, by: number) => void;
  show: (pane: number, series: string) => void;
}

function Panes(props: PanesProps): ReactNode {
  const { sources, known, state, act, tools } = props;
  const { say } = useWords();
  const framesOf = (series: string | null) => known.frames.get(series ?? "") ?? null;
  return (
    <div className={`panes panes-${state.layout}`} role="group" aria-label={say("viewer.panes")}>
      {state.panes.slice(0, state.layout).map((pane, number) => (
        <Pane
          key={PANE_KEYS[number]}
          engine={props.engine}
          title={sources.find((one) => one.uid === pane.series)?.title ?? ""}
          series={pane.series}
          frames={pane.index === NOT_BEGUN ? null : framesOf(pane.series)}
          failed={pane.series !== null && known.failed.has(pane.series)}
          again={() => known.ask(pane.series ?? "")}
          index={pane.index}
          active={number === state.active}
          tool={tools.bar.tool}
          aim={aimOf(props.target, pane.series)}
          drawing={tools.bar.overlays ? props.drawing : () => NOTHING}
          opacity={tools.bar.opacity}
          // What is being changed stands out by itself: what it was is drawn as one of the others.
          selected={props.marking?.on ? null : props.selected}
          measurements={tools.measurements}
          marking={props.marking ?? null}
          scroll={(by) => props.scroll(number, by)}
          goTo={(index) => act({ do: "go", pane: number, index, frames: known.frames })}
          activate={() => act({ do: "activate", pane: number })}
          pick={props.pick}
          measured={tools.measured}
          hold={props.holds[number]}
          drop={(series) => props.show(number, series)}
        />
      ))}
    </div>
  );
}

function aimOf(target: Target | null, series: string | null): Aim | null {
  const place = series ? target?.places.get(series) : undefined;
  return target && place ? { token: target.token, ...place } : null;
}

/** Asks for the frames of the panes' series first, and of the others once an image is there. */
function useAsking({ sources, known, state, engine }: ViewerProps, ready: boolean): void {
  const { ask } = known;
  const inPanes = state.panes.slice(0, state.layout).flatMap((pane) => pane.series ?? []);
  const wanted = inPanes.join(" ");
  useEffect(() => {
    if (engine) for (const uid of wanted.split(" ").filter(Boolean)) ask(uid);
  }, [engine, wanted, ask]);
  useEffect(() => {
    if (ready) for (const { uid } of sources) ask(uid);
  }, [ready, sources, ask]);
}

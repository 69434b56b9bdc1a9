import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { useWords } from "../words";
import type { Place } from "./affine";
import type { Drawing } from "./drawing";
import type { Frame } from "./frames";
import { useKeys } from "./keys";
import type { Measurement } from "./measuring";
import { type Aim, type Held, Pane } from "./Pane";
import { NOT_BEGUN, type PanesAct, type PanesState } from "./panes";
import { SeriesStrip } from "./SeriesStrip";
import type { SeriesSource } from "./source";
import type { Engine, Stage } from "./stage";
import { Toolbar } from "./Toolbar";
import type { Tool } from "./tools";
import type { KnownFrames } from "./useFrames";
import { usePrefetch } from "./usePrefetch";
import { viewerKeys } from "./viewerKeys";
import { type Preset, type PresetName, presetsOf, rangeOf } from "./windowing";
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
}

const NOTHING: Drawing = { shapes: [], labels: [] };

/** The images of a study: tools, panes, and the series to choose from. */
export function Viewer(props: ViewerProps): ReactNode {
  const { engine, sources, known, state, act } = props;
  const { say } = useWords();
  const [tool, setTool] = useState<Tool>("window");
  const [overlays, setOverlays] = useState(true);
  const [opacity, setOpacity] = useState(0.9);
  const [measurements, setMeasurements] = useState<readonly Measurement[]>([]);
  const [held, setHeld] = useState<readonly (Held | null)[]>([null, null, null, null]);
  const hold = useCallback(
    (pane: number, now: Held | null) => setHeld((before) => before.with(pane, now)),
    [],
  );
  const holds = useMemo(() => [0, 1, 2, 3].map((n) => (h: Held | null) => hold(n, h)), [hold]);
  const ready = held.some(Boolean);
  useAsking(props, ready);
  usePrefetch(engine, state, known.frames, ready);
  const frames = (series: string | null) => (series ? (known.frames.get(series) ?? null) : null);
  const active = held[state.active] ?? null;
  const activeFrames = frames(state.panes[state.active]?.series ?? null);
  const shown = active ? activeFrames?.[active.view.shown] : undefined;
  const presets = usePresets(active?.stage ?? null, shown);
  const scroll = (pane: number, by: number) =>
    act({ do: "scroll", pane, by, frames: known.frames });
  const show = (pane: number, series: string) => {
    if (sources.some((one) => one.uid === series)) act({ do: "show", pane, series });
  };
  const choose = (name: PresetName) => {
    const preset = presets.find((one) => one.name === name);
    if (preset) active?.stage.setVoi(preset.voi);
  };
  const acts = {
    take: setTool,
    arrange: (layout: PanesState["layout"]) => act({ do: "layout", layout }),
    link: (linked: boolean) => act({ do: "link", linked }),
    preset: choose,
    invert: () => active?.stage.setInverted(!active.view.inverted),
    flip: () => active?.stage.setFlipped(!active.view.flipped),
    reset: () => {
      active?.stage.setFlipped(false);
      active?.stage.setInverted(false);
      const first = presets[0];
      if (first) active?.stage.setVoi(first.voi);
      active?.stage.fit();
    },
    clear: () => setMeasurements([]),
    showOverlays: setOverlays,
    setOpacity,
  };
  useKeys(viewerKeys({ ...acts, state, presets, overlays, scroll, step: props.step, activeFrames }));
  return (
    <div className="viewer">
      <Toolbar
        {...acts}
        tool={tool}
        layout={state.layout}
        linked={state.linked}
        inverted={active?.view.inverted ?? false}
        flipped={active?.view.flipped ?? false}
        overlays={overlays}
        opacity={opacity}
        presets={presets}
        measured={measurements.length > 0}
      />
      <div className={`panes panes-${state.layout}`} role="group" aria-label={say("viewer.panes")}>
        {state.panes.slice(0, state.layout).map((pane, number) => (
          <Pane
            key={PANE_KEYS[number]}
            engine={engine}
            title={sources.find((one) => one.uid === pane.series)?.title ?? ""}
            frames={pane.index === NOT_BEGUN ? null : frames(pane.series)}
            failed={pane.series !== null && known.failed.has(pane.series)}
            again={() => known.ask(pane.series ?? "")}
            index={pane.index}
            active={number === state.active}
            tool={tool}
            aim={aimOf(props.target, pane.series)}
            drawing={overlays ? props.drawing : () => NOTHING}
            opacity={opacity}
            selected={props.selected}
            measurements={measurements}
            scroll={(by) => scroll(number, by)}
            goTo={(index) => act({ do: "go", pane: number, index, frames: known.frames })}
            activate={() => act({ do: "activate", pane: number })}
            pick={props.pick}
            measured={(one) => setMeasurements((before) => [...before, one])}
            hold={holds[number] as (held: Held | null) => void}
            drop={(series) => show(number, series)}
          />
        ))}
      </div>
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

/** Panes have no other identity than where they stand. */
const PANE_KEYS = ["first", "second", "third", "fourth"];

/** The presets for the frame that a stage shows. */
function usePresets(stage: Stage | null, frame: Frame | undefined): readonly Preset[] {
  return useMemo(() => {
    const pixels = stage?.pixels();
    return pixels && frame ? presetsOf(frame.valueUnit, rangeOf(pixels.values), frame.voi) : [];
  }, [stage, frame]);
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

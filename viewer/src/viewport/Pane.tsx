import { type ReactNode, type RefObject, useEffect, useEffectEvent, useRef } from "react";
import { MarkLayer } from "../marking/MarkLayer";
import type { Marking } from "../marking/marking";
import { useWords } from "../words";
import type { Place } from "./affine";
import { Corners } from "./Corners";
import { type Drawing, findingsAt } from "./drawing";
import type { Frame } from "./frames";
import { useGestures } from "./gestures";
import { Measurements } from "./Measurements";
import type { Measurement } from "./measuring";
import { Overlay } from "./Overlay";
import { SliceSlider } from "./SliceSlider";
import type { Engine, Stage, View } from "./stage";
import { type Tool, wheelSlices } from "./tools";
import type { Held } from "./useHeld";
import { useStage } from "./useStage";

/** Where a pane shall go: a slice, and what of it shall be in the middle. */
export interface Aim {
  token: number;
  index: number;
  place: Place | null;
}

export interface PaneProps {
  engine: Engine | null;
  title: string;
  /** The series' UID. */
  series: string | null;
  frames: readonly Frame[] | null;
  /** Whether the series' headers could not be had; `again` asks for them anew. */
  failed: boolean;
  again: () => void;
  index: number;
  active: boolean;
  tool: Tool;
  aim: Aim | null;
  drawing: (frame: Frame) => Drawing;
  opacity: number;
  selected: number | null;
  measurements: readonly Measurement[];
  /** What is marked, and may be drawn, where the page lets its reader mark. */
  marking: Marking | null;
  scroll: (slices: number) => void;
  goTo: (index: number) => void;
  activate: () => void;
  pick: (findings: readonly number[]) => void;
  measured: (measurement: Measurement) => void;
  hold: ((held: Held | null) => void) | undefined;
  drop: (series: string) => void;
}

/** One series, with what is drawn over it. */
export function Pane(props: PaneProps): ReactNode {
  const { engine, frames, index, active, hold, marking } = props;
  const tool = marking?.panning ? "pan" : props.tool;
  const { say } = useWords();
  const element = useRef<HTMLDivElement | null>(null);
  const surface = useRef<HTMLDivElement | null>(null);
  const { stage, view, problem } = useStage(element, engine, frames, index);
  const shown = view ? frames?.[view.shown] : undefined;
  const drawing = shown ? props.drawing(shown) : null;
  useEffect(() => hold?.(stage && view ? { stage, view } : null), [stage, view, hold]);
  useAim(props.aim, stage, view);
  useWheel(surface, stage, props.scroll);
  const gestures = useGestures({
    stage,
    view,
    tool,
    count: frames?.length ?? 0,
    imageId: shown?.imageId,
    scroll: props.scroll,
    pick: (place) => props.pick(drawing ? findingsAt(place, drawing) : []),
    measured: props.measured,
  });
  const here = props.measurements.filter((m) => m.imageId === shown?.imageId);
  return (
    <div
      role="group"
      className={active ? "pane pane-active" : "pane"}
      aria-label={props.title || say("viewer.emptyPane")}
      data-slice={view ? view.shown + 1 : undefined}
    >
      <div
        ref={surface}
        className={`pane-surface tool-${tool}`}
        onPointerDown={(event) => {
          props.activate();
          gestures.onPointerDown(event);
        }}
        onPointerMove={gestures.onPointerMove}
        onPointerUp={gestures.onPointerUp}
        onPointerCancel={gestures.cancel}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => props.drop(event.dataTransfer.getData("text/x-series"))}
        onContextMenu={(event) => event.preventDefault()}
      >
        <div className="pane-image" ref={element} />
        <svg className="pane-overlay" aria-hidden="true">
          {view && shown && drawing ? (
            <>
              <Overlay
                drawing={drawing}
                matrix={view.matrix}
                opacity={props.opacity}
                selected={props.selected}
              />
              <Measurements
                measurements={gestures.draft ? [...here, gestures.draft] : here}
                matrix={view.matrix}
                frame={shown}
                pixels={stage?.pixels() ?? null}
              />
            </>
          ) : null}
        </svg>
        {marking?.on && view && frames ? (
          <MarkLayer
            {...{ marking, view, stage, frames, active }}
            series={props.series ?? ""}
            activate={props.activate}
          />
        ) : null}
        <Corners title={props.title} frame={shown} view={view} count={frames?.length ?? 0} />
        <Faults {...props} slice={Boolean(problem)} />
      </div>
      {frames && frames.length > 1 ? (
        <SliceSlider count={frames.length} index={index} goTo={props.goTo} title={props.title} />
      ) : null}
    </div>
  );
}

/** What of a series or of its slice could not be had. */
function Faults({ slice, frames, failed, again }: PaneProps & { slice: boolean }): ReactNode {
  const { say } = useWords();
  if (failed) {
    return (
      <p className="pane-problem" role="alert">
        {say("viewer.seriesFailed")}{" "}
        <button type="button" className="button" onClick={again}>
          {say("viewer.loadAgain")}
        </button>
      </p>
    );
  }
  if (frames?.length === 0) return <p className="pane-problem">{say("viewer.noFrames")}</p>;
  return slice ? <p className="pane-problem">{say("viewer.sliceFailed")}</p> : null;
}

/** Brings a place to the middle once its slice is on the screen. */
function useAim(aim: Aim | null, stage: Stage | null, view: View | null): void {
  const done = useRef(0);
  useEffect(() => {
    if (!aim || !stage || view?.shown !== aim.index || done.current === aim.token) return;
    done.current = aim.token;
    if (aim.place) stage.centre(aim.place);
  }, [aim, stage, view]);
}

/** The wheel scrolls slices, with Ctrl it zooms; React's own listener could not stop the page. */
function useWheel(
  surface: RefObject<HTMLDivElement | null>,
  stage: Stage | null,
  scroll: (slices: number) => void,
): void {
  const left = useRef(0);
  const turned = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    const box = surface.current?.getBoundingClientRect();
    if (event.ctrlKey && box) {
      const spot = [event.clientX - box.left, event.clientY - box.top] as const;
      stage?.zoomAt(spot, Math.exp(-event.deltaY / 400));
      return;
    }
    const [slices, rest] = wheelSlices(left.current + event.deltaY, event.deltaMode);
    left.current = rest;
    if (slices) scroll(slices);
  });
  useEffect(() => {
    const element = surface.current;
    element?.addEventListener("wheel", turned, { passive: false });
    return () => element?.removeEventListener("wheel", turned);
  }, [surface]);
}

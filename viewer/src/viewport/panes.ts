import type { Frame } from "./frames";
import { linkedSlice, within } from "./linking";

export type Layout = 1 | 2 | 4;

/** The index of a series that was not begun, since its frames are not known yet. */
export const NOT_BEGUN = -1;

/** The series of one pane and the slice that is wanted of it. */
export interface PaneState {
  series: string | null;
  index: number;
}

/** What is shown side by side; there are always four panes, of which the layout shows the first. */
export interface PanesState {
  layout: Layout;
  active: number;
  linked: boolean;
  panes: readonly PaneState[];
}

/** The frames of the series that are known so far. */
export type FramesBySeries = ReadonlyMap<string, readonly Frame[]>;

/** A slice of a series. */
export interface SlicePlace {
  series: string;
  index: number;
}

export type PanesAct =
  | { do: "layout"; layout: Layout }
  | { do: "activate"; pane: number }
  | { do: "link"; linked: boolean }
  | { do: "show"; pane: number; series: string }
  | { do: "start"; pane: number; series: string; index: number }
  | { do: "go"; pane: number; index: number; frames: FramesBySeries }
  | { do: "scroll"; pane: number; by: number; frames: FramesBySeries }
  | { do: "find"; places: readonly SlicePlace[]; frames: FramesBySeries };

const MOST = 4;

/** As many panes as there are series, up to two. */
export function firstPanes(series: readonly string[]): PanesState {
  const panes = Array.from({ length: MOST }, (_, at) => ({
    series: series[at] ?? null,
    index: NOT_BEGUN,
  }));
  return { layout: series.length > 1 ? 2 : 1, active: 0, linked: true, panes };
}

export function panesReducer(state: PanesState, act: PanesAct): PanesState {
  switch (act.do) {
    case "layout":
      return { ...state, layout: act.layout, active: state.active < act.layout ? state.active : 0 };
    case "activate":
      return state.active === act.pane ? state : { ...state, active: act.pane };
    case "link":
      return { ...state, linked: act.linked };
    case "show":
      return {
        ...state,
        active: act.pane,
        panes: state.panes.with(act.pane, { series: act.series, index: NOT_BEGUN }),
      };
    case "start":
      return start(state, act.pane, act.series, act.index);
    case "go":
      return go(state, act.pane, act.index, act.frames);
    case "scroll":
      return go(state, act.pane, (state.panes[act.pane]?.index ?? 0) + act.by, act.frames);
    case "find":
      return find(state, act.places, act.frames);
  }
}

function start(state: PanesState, pane: number, series: string, index: number): PanesState {
  const now = state.panes[pane];
  if (now?.series !== series || now.index !== NOT_BEGUN) return state;
  return { ...state, panes: state.panes.with(pane, { series, index }) };
}

function go(state: PanesState, pane: number, index: number, known: FramesBySeries): PanesState {
  const source = state.panes[pane];
  const frames = source?.series ? known.get(source.series) : undefined;
  if (!source || !frames) return state;
  const at = within(index, frames.length);
  const panes = state.panes.map((other, number) => {
    if (number === pane) return { ...other, index: at };
    if (!state.linked || other.index === NOT_BEGUN) return other;
    return { ...other, index: follow(other, frames, at, known) };
  });
  return { ...state, active: pane, panes };
}

function follow(
  pane: PaneState,
  source: readonly Frame[],
  index: number,
  known: FramesBySeries,
): number {
  const frames = pane.series ? known.get(pane.series) : undefined;
  return frames ? (linkedSlice(source, index, frames) ?? pane.index) : pane.index;
}

/** Goes to a finding: in each pane that shows one of its series, else in the active pane. */
function find(
  state: PanesState,
  places: readonly SlicePlace[],
  known: FramesBySeries,
): PanesState {
  const first = places[0];
  if (!first) return state;
  const visible = state.panes.slice(0, state.layout);
  const placeOf = (pane: PaneState) => places.find((place) => place.series === pane.series);
  const leader = visible.findIndex(placeOf);
  if (leader < 0) {
    const panes = state.panes.with(state.active, { series: first.series, index: first.index });
    return { ...state, panes };
  }
  const active = visible[state.active] && placeOf(visible[state.active] as PaneState) ? state.active : leader;
  const lead = placeOf(state.panes[active] as PaneState) as SlicePlace;
  const moved = go(state, active, lead.index, known);
  const panes = moved.panes.map((pane, number) => {
    const own = number < state.layout ? placeOf(pane) : undefined;
    return own ? { ...pane, index: own.index } : pane;
  });
  return { ...moved, panes };
}

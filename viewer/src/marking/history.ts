import { frameOf, isArea, type Mark, type MarkFrame, type MarkStart, sameFrame } from "./marks";

/** Marks with what they were before, and what they were before an undo. */
export interface History {
  marks: readonly Mark[];
  past: readonly (readonly Mark[])[];
  future: readonly (readonly Mark[])[];
  selected: string | null;
  /** The number that the next mark is called by. */
  next: number;
}

export type HistoryAct =
  | { do: "reset"; start: readonly MarkStart[] }
  | { do: "put"; mark: Mark | MarkStart; single?: boolean }
  | { do: "remove"; ids: readonly string[] }
  | { do: "select"; id: string | null }
  | { do: "undo" }
  | { do: "redo" };

/** Steps that undo reaches back. */
export const MOST_STEPS = 100;

export function begun(start: readonly MarkStart[]): History {
  const marks = start.map((mark, at) => ({ ...mark, id: `m${at + 1}` }));
  return { marks, past: [], future: [], selected: null, next: marks.length + 1 };
}

export function historyReducer(state: History, act: HistoryAct): History {
  switch (act.do) {
    case "reset":
      return begun(act.start);
    case "put":
      return put(state, act.mark, act.single ?? false);
    case "remove":
      return changed(state, without(state.marks, act.ids), null);
    case "select":
      return state.selected === act.id ? state : { ...state, selected: act.id };
    case "undo":
      return undo(state);
    case "redo":
      return redo(state);
  }
}

/** The label's area on a frame. */
export function areaOn(
  marks: readonly Mark[],
  frame: MarkFrame,
  label: string,
): Mark | undefined {
  return marks.find((one) => isArea(one) && one.label === label && sameFrame(one.frame, frame));
}

/** A mark with a known id changes that one; an area with no ring is no area any more. */
function put(state: History, given: Mark | MarkStart, single: boolean): History {
  const frame = frameOf(given.frame);
  const known = "id" in given ? state.marks.find((one) => one.id === given.id) : undefined;
  const before = known ?? (isArea(given) ? areaOn(state.marks, frame, given.label) : undefined);
  if (isArea(given) && given.outlines.length === 0) {
    return before ? changed(state, without(state.marks, [before.id]), null) : state;
  }
  const id = before?.id ?? `m${state.next}`;
  const mark: Mark = { ...given, id, frame };
  if (single) return changed(state, [mark], id);
  const at = before ? state.marks.indexOf(before) : -1;
  const marks = at < 0 ? [...state.marks, mark] : state.marks.with(at, mark);
  return changed(state, marks, id);
}

function without(marks: readonly Mark[], ids: readonly string[]): readonly Mark[] {
  return marks.filter((mark) => !ids.includes(mark.id));
}

function changed(state: History, marks: readonly Mark[], selected: string | null): History {
  if (marks.length === 0 && state.marks.length === 0) return state;
  const past = [...state.past, state.marks].slice(-MOST_STEPS);
  return { marks, past, future: [], selected, next: state.next + 1 };
}

function undo(state: History): History {
  const marks = state.past.at(-1);
  if (!marks) return state;
  const past = state.past.slice(0, -1);
  return { ...state, marks, past, future: [state.marks, ...state.future], ...kept(state, marks) };
}

function redo(state: History): History {
  const [marks, ...future] = state.future;
  if (!marks) return state;
  return { ...state, marks, past: [...state.past, state.marks], future, ...kept(state, marks) };
}

/** What was selected stays so where it is still there. */
function kept({ selected }: History, marks: readonly Mark[]): Pick<History, "selected"> {
  return { selected: marks.some((mark) => mark.id === selected) ? selected : null };
}

import { useEffect, useEffectEvent, useReducer, useState } from "react";
import type { Place } from "../viewport/affine";
import { closeOutline, outlined } from "./holdOutline";
import { areaOn, begun, historyReducer } from "./history";
import type { Marking, MarkingOptions, Neighbour } from "./marking";
import { MARK_TOOLS, type Mark, type MarkPage, type MarkTool, sameFrame } from "./marks";
import { RADIUS, widened } from "./radius";
import { useDraftStore } from "./useDraft";
import { useMarkKeys, useSpace } from "./useMarkKeys";

/**
 * Lets a reader draw on the images below: give the result to `Viewer` (`marking={...}`), which
 * shows a `MarkLayer` above each pane's image, and to a `MarkToolbar` wherever the page wants it.
 */
export function useMarking(options: MarkingOptions): Marking {
  const { on, labels, single = false, tools: given = MARK_TOOLS } = options;
  const offered = (of: string) => (typeof given === "function" ? given(of) : given);
  const [state, act] = useReducer(historyReducer, options.start ?? [], begun);
  const [radius, setRadius] = useState(RADIUS.first);
  const [chosen, setLabel] = useState<string | null>(null);
  const [page, front] = useState<MarkPage | null>(null);
  const [wish, setCursor] = useState<Place | null>(null);
  const panning = useSpace(on);
  const draft = useDraftStore();
  const label = labels.find(({ key }) => key === chosen)?.key ?? labels[0]?.key ?? "";
  // Read from the label at once: a press may follow the key that chose it before any effect runs.
  const tools = offered(label);
  const [wanted, setTool] = useState<MarkTool | null>(tools[0] ?? null);
  // The page may offer other tools than before: what is not offered is not in hand.
  const tool = wanted && !tools.includes(wanted) ? (tools[0] ?? null) : wanted;
  const { marks } = state;
  // A mark on another slice is not seen: no key may change or remove it.
  const seen = marks.find(({ id }) => id === state.selected);
  const selected = seen && page && sameFrame(seen.frame, page) ? seen.id : null;

  const begin = useEffectEvent(() => {
    act({ do: "reset", start: options.start ?? [] });
    setTool(tools[0] ?? null);
  });
  useEffect(() => {
    if (on) begin();
    draft.set(null);
    setCursor(null);
  }, [on, draft]);
  const tell = useEffectEvent((now: readonly Mark[]) => options.changed?.(now));
  const changes = state.past.length + state.future.length > 0;
  useEffect(() => {
    if (changes) tell(marks);
  }, [marks, changes]);

  const only = options.only ?? null;
  // Another series may be smaller: the cursor stays within it.
  const cursor: Place | null =
    wish && page ? [Math.min(wish[0], page.rows - 1), Math.min(wish[1], page.columns - 1)] : null;
  const put: Marking["put"] = (mark) => {
    if (!only || sameFrame(only, mark.frame)) act({ do: "put", mark, single });
  };
  const beside = (neighbour: Neighbour) => {
    const from = page?.[neighbour];
    return from ? areaOn(marks, from, label) : undefined;
  };
  const marking: Marking = {
    ...{ on, tools, tool, radius, labels, label, marks, selected, draft, page, panning },
    ...{ put, front, only, cursor, setCursor },
    setLabel: (next) => {
      if (tool && !offered(next).includes(tool)) closeOutline(marking, false);
      setLabel(next);
    },
    setTool: (next) => {
      closeOutline(marking, false);
      setTool(next);
    },
    widen: (steps) => setRadius((now) => widened(now, steps)),
    setRadius: (next) => setRadius(Math.min(Math.max(next, RADIUS.least), RADIUS.most)),
    marksOf: (frame) => marks.filter((mark) => sameFrame(mark.frame, frame)),
    select: (id) => act({ do: "select", id }),
    dirty: state.past.length > 0,
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
    undo: () => act({ do: "undo" }),
    redo: () => act({ do: "redo" }),
    remove: () => selected && act({ do: "remove", ids: [selected] }),
    clear: () => {
      const here = marks.filter((m) => page && m.label === label && sameFrame(m.frame, page));
      if (here.length) act({ do: "remove", ids: here.map(({ id }) => id) });
    },
    copyFrom: (neighbour) => {
      const area = beside(neighbour);
      if (page && area) put({ frame: page, label, outlines: area.outlines, box: null });
    },
    canCopy: (neighbour) => beside(neighbour) !== undefined,
    addBox: () => {
      if (!page) return;
      const [height, width] = [Math.ceil(page.rows / 4), Math.ceil(page.columns / 4)];
      const [row, column] = [(page.rows - height) >> 1, (page.columns - width) >> 1];
      const box = [row, column, row + height, column + width] as const;
      put({ frame: page, label, outlines: [], box });
    },
    finish: () => {
      // Whoever is done without having closed the outline means it as it is.
      const open = outlined(marking, false);
      draft.set(null);
      if (open) put(open);
      options.finish?.(open ? historyReducer(state, { do: "put", mark: open, single }).marks : marks);
    },
    cancel: () => options.cancel?.(),
    ends: { finish: Boolean(options.finish), cancel: Boolean(options.cancel) },
    reset: (start) => act({ do: "reset", start }),
  };
  useMarkKeys(marking);
  return marking;
}

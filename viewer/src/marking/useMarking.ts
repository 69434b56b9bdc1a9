import { useEffect, useEffectEvent, useReducer, useState } from "react";
import { areaOn, begun, historyReducer } from "./history";
import type { Marking, MarkingOptions } from "./marking";
import { MARK_TOOLS, type Mark, type MarkPage, type MarkTool, pageKey, sameFrame } from "./marks";
import { useDraftStore } from "./useDraft";

export const RADIUS = { least: 0.5, most: 64, first: 4 };

/**
 * Lets a reader draw on the images below: give the result to `Viewer` (`marking={...}`), which
 * shows a `MarkLayer` above each pane's image, and to a `MarkToolbar` wherever the page wants it.
 */
export function useMarking(options: MarkingOptions): Marking {
  const { on, labels, single = false, tools = MARK_TOOLS } = options;
  const [state, act] = useReducer(historyReducer, options.start ?? [], begun);
  const [tool, setTool] = useState<MarkTool | null>(tools[0] ?? null);
  const [radius, setRadius] = useState(RADIUS.first);
  const [chosen, setLabel] = useState<string | null>(null);
  const [page, front] = useState<MarkPage | null>(null);
  const [panning] = useState(false);
  const draft = useDraftStore();
  const label = labels.find(({ key }) => key === chosen)?.key ?? labels[0]?.key ?? "";
  const { marks, selected } = state;

  const begin = useEffectEvent(() => act({ do: "reset", start: options.start ?? [] }));
  useEffect(() => {
    if (on) begin();
    draft.set(null);
  }, [on, draft]);
  const tell = useEffectEvent((now: readonly Mark[]) => options.changed?.(now));
  const changes = state.past.length + state.future.length > 0;
  useEffect(() => {
    if (changes) tell(marks);
  }, [marks, changes]);

  const put: Marking["put"] = (mark) => act({ do: "put", mark, single });
  return {
    ...{ on, tools, tool, radius, labels, label, marks, selected, draft, page, panning },
    ...{ setLabel, put, front },
    setTool: (next) => {
      draft.set(null);
      setTool(next);
    },
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
      const from = page?.[neighbour];
      const area = from && areaOn(marks, from, label);
      if (page && area) put({ frame: page, label, outlines: area.outlines, box: null });
    },
    addBox: () => {
      if (!page) return;
      const [height, width] = [Math.ceil(page.rows / 4), Math.ceil(page.columns / 4)];
      const [row, column] = [(page.rows - height) >> 1, (page.columns - width) >> 1];
      const box = [row, column, row + height, column + width] as const;
      put({ frame: page, label, outlines: [], box });
    },
    finish: () => options.finish?.(marks),
    cancel: () => options.cancel?.(),
    reset: (start) => act({ do: "reset", start }),
  };
}

/** A key for the page that a pane shows, to tell when it became another. */
export function pageName(page: MarkPage | null): string {
  return page ? pageKey(page) : "";
}

import type { Place } from "../viewport/affine";
import type { Box } from "../viewport/polygons";
import type { Mark, MarkFrame, MarkLabel, MarkPage, MarkStart, MarkTool, Ring } from "./marks";

/** How a page wants to let its reader mark; give it to `useMarking`. */
export interface MarkingOptions {
  /** Whether the reader marks now. Where not, the layer draws nothing and no key is taken. */
  on: boolean;
  /** What may be marked; the first is in hand at the beginning. */
  labels: readonly MarkLabel[];
  /** Tools to choose from; all where it is left out. */
  tools?: readonly MarkTool[] | ((label: string) => readonly MarkTool[]);
  /**
   * Marks to begin from. They are read when `on` becomes true, and again through `reset`:
   * what the reader has drawn is never overwritten by a new render.
   */
  start?: readonly MarkStart[];
  /** One mark at all: what is drawn later takes the place of what was there. */
  single?: boolean;
  /** The only frame that may be drawn on; any where it is left out. */
  only?: MarkFrame | null;
  /** Told of all marks after each change that the reader made, undo and redo too. */
  changed?: (marks: readonly Mark[]) => void;
  /** The reader is done (Enter, or the toolbar's button, which is shown only where this is given). */
  finish?: (marks: readonly Mark[]) => void;
  /** The reader gives up (the toolbar's button; Escape only where nothing was changed). */
  cancel?: () => void;
}

/** What is being drawn and is no mark yet. */
export interface Draft {
  kind: "stroke" | "outline" | "box";
  page: MarkPage;
  label: string;
  /** The places of an outline that is not closed yet. */
  ring: Ring;
  /** A box that is being drawn or changed; `id` is the mark's that it changes. */
  box: { id: string | null; box: Box } | null;
}

/**
 * Where the draft is kept: it changes with each move of the pointer, so that only what draws it
 * hears of it, and the page around is not rendered anew (`useDraft` in useDraft.ts).
 */
export interface DraftStore {
  now: () => Draft | null;
  set: (draft: Draft | null) => void;
  watch: (listener: () => void) => () => void;
}

/** The slice before or after in the series' order. */
export type Neighbour = "before" | "after";

/** What `useMarking` gives: state for the toolbar and for the page, and what changes it. */
export interface Marking {
  on: boolean;
  tools: readonly MarkTool[];
  /** `null`: the pointer does what the viewer's own tool says, and the marks are only shown. */
  tool: MarkTool | null;
  setTool: (tool: MarkTool | null) => void;
  /** The brush's, in image pixels. */
  radius: number;
  setRadius: (radius: number) => void;
  /** Makes the brush larger or smaller by a step that suits its size. */
  widen: (steps: number) => void;
  labels: readonly MarkLabel[];
  /** The key of the label in hand. */
  label: string;
  setLabel: (key: string) => void;
  marks: readonly Mark[];
  marksOf: (frame: MarkFrame) => readonly Mark[];
  /** The id of the mark that keys act on. */
  selected: string | null;
  select: (id: string | null) => void;
  draft: DraftStore;
  /** The only frame that may be drawn on, or `null` for any. */
  only: MarkFrame | null;
  /** Whether anything was changed since the start. */
  dirty: boolean;
  canUndo: boolean;
  canRedo: boolean;
  undo: () => void;
  redo: () => void;
  /** Removes the selected mark. */
  remove: () => void;
  /** Removes what the label in hand has on the frame in front. */
  clear: () => void;
  /** Takes over the label's marks of the neighbouring slice. */
  copyFrom: (neighbour: Neighbour) => void;
  /** Whether there is something to take over from there. */
  canCopy: (neighbour: Neighbour) => boolean;
  /** A new box in the middle of the frame in front, for who does not use a pointer. */
  addBox: () => void;
  finish: () => void;
  cancel: () => void;
  /** Whether the page has given what finishing and giving up do. */
  ends: { finish: boolean; cancel: boolean };
  /** Begins anew from other marks; undo does not reach back behind it. */
  reset: (start: readonly MarkStart[]) => void;
  /** The frame of the active pane, once there is one. */
  page: MarkPage | null;

  /** Where keys draw, once the reader asked for it: a pixel of the frame in front. */
  cursor: Place | null;
  setCursor: (place: Place | null) => void;

  /** For the layer, which tells what was drawn and what is in front. */
  put: (mark: Mark | MarkStart) => void;
  front: (page: MarkPage | null) => void;
  /** Space is held: the pointer pans. */
  panning: boolean;
}

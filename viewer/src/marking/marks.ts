import type { Place } from "../viewport/affine";
import type { Frame } from "../viewport/frames";
import type { Box } from "../viewport/polygons";

/** What the pointer draws while marking. */
export type MarkTool = "box" | "outline" | "brush" | "erase";

export const MARK_TOOLS: readonly MarkTool[] = ["brush", "erase", "outline", "box"];

/** The frame that a mark lies on. */
export interface MarkFrame {
  seriesUid: string;
  instanceUid: string;
  /** From 0 within its instance. */
  frame: number;
}

/** A frame on the screen with its size in pixels, and those before and after it in its series. */
export interface MarkPage extends MarkFrame {
  rows: number;
  columns: number;
  before: MarkFrame | null;
  after: MarkFrame | null;
}

/** What may be marked, under a key that the caller knows. */
export interface MarkLabel {
  key: string;
  /** As the reader sees it, in the reader's language. */
  text: string;
  /** A CSS colour. */
  colour: string;
}

/** A closed outline in (row, column) pixels; an integer is a pixel's centre. */
export type Ring = readonly Place[];

/**
 * Something that was drawn: an area or a box, never both.
 *
 * An area's `outlines` hold by the even-odd rule: several rings are several pieces, and a ring in
 * another is a hole. A frame has at most one area a label. A mark that the reader has not touched
 * keeps the outlines it came with; one that was drawn runs along pixels' edges, so that
 * `maskOf(outlines)` gives exactly the pixels that were drawn (see masks.ts).
 */
export interface Mark {
  id: string;
  frame: MarkFrame;
  /** The key of its label. */
  label: string;
  outlines: readonly Ring[];
  /** (row0, column0, row1, column1), half-open in pixels. */
  box: Box | null;
}

/** A mark to begin from, such as a model's finding: an area, or else a box. */
export type MarkStart = Omit<Mark, "id">;

/** A name for a frame. */
export function pageKey({ instanceUid, frame }: Pick<MarkFrame, "instanceUid" | "frame">): string {
  return `${instanceUid}#${frame}`;
}

export function sameFrame(a: MarkFrame, b: MarkFrame): boolean {
  return a.instanceUid === b.instanceUid && a.frame === b.frame;
}

/** The frame alone of what holds more. */
export function frameOf({ seriesUid, instanceUid, frame }: MarkFrame): MarkFrame {
  return { seriesUid, instanceUid, frame };
}

export function isArea(mark: Pick<Mark, "box">): boolean {
  return mark.box === null;
}

/** The page for a frame of a series; `null` where the series has no such frame. */
export function pageOf(series: string, frames: readonly Frame[], index: number): MarkPage | null {
  const shown = frames[index];
  if (!shown) return null;
  const at = (frame: Frame | undefined): MarkFrame | null =>
    frame ? { seriesUid: series, instanceUid: frame.instanceUid, frame: frame.frame } : null;
  return {
    ...(at(shown) as MarkFrame),
    rows: shown.rows,
    columns: shown.columns,
    before: at(frames[index - 1]),
    after: at(frames[index + 1]),
  };
}

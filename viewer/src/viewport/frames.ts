import { type DicomJson, frameNumbers, numberOf, TAG, textOf } from "./dicomJson";
import { cross, dot, moved, type Vector } from "./vector";
import { fromWindow, type Voi } from "./windowing";

/** Where a frame lies in the patient: its first pixel's centre and the way of rows and columns. */
export interface Plane {
  origin: Vector;
  /** The way in which columns are counted. */
  alongRow: Vector;
  /** The way in which rows are counted. */
  alongColumn: Vector;
  normal: Vector;
}

/** Height and width of a pixel in mm. */
export interface Spacing {
  row: number;
  column: number;
}

/** One image of a series. */
export interface Frame {
  imageId: string;
  instanceUid: string;
  /** From 0 within its instance. */
  frame: number;
  rows: number;
  columns: number;
  spacing: Spacing | null;
  plane: Plane | null;
  frameOfReference: string | null;
  /** The window that the header asks for. */
  voi: Voi | null;
  /** The unit of the pixels' values, such as "HU", where the header names one. */
  valueUnit: string | null;
}

/**
 * The frames of a series in reading order.
 *
 * @param headers - The series' metadata.
 * @param series - The address of the series, without a slash at its end.
 */
export function framesOf(headers: readonly DicomJson[], series: string): Frame[] {
  const numbered = headers.flatMap((header, at) => {
    const number = numberOf(header, TAG.instanceNumber) ?? at;
    return instanceFrames(header, series).map((frame) => ({ frame, number }));
  });
  numbered.sort((a, b) => a.number - b.number || a.frame.frame - b.frame.frame);
  return inSpace(numbered.map(({ frame }) => frame));
}

function instanceFrames(header: DicomJson, series: string): Frame[] {
  const instanceUid = textOf(header, TAG.instanceUid);
  const rows = numberOf(header, TAG.rows);
  const columns = numberOf(header, TAG.columns);
  if (!instanceUid || !rows || !columns) return [];
  const count = Math.max(1, numberOf(header, TAG.frames) ?? 1);
  return Array.from({ length: count }, (_, frame) => ({
    imageId: `wadors:${series}/instances/${instanceUid}/frames/${frame + 1}`,
    instanceUid,
    frame,
    rows,
    columns,
    spacing: spacingOf(header, frame),
    plane: planeOf(header, frame),
    frameOfReference: textOf(header, TAG.frameOfReference),
    voi: voiOf(header, frame),
    valueUnit: textOf(header, TAG.modality) === "CT" ? "HU" : null,
  }));
}

function spacingOf(header: DicomJson, frame: number): Spacing | null {
  const [row, column] = frameNumbers(header, TAG.spacing, frame) ?? [];
  return row && column && row > 0 && column > 0 ? { row, column } : null;
}

function planeOf(header: DicomJson, frame: number): Plane | null {
  const p = frameNumbers(header, TAG.position, frame);
  const o = frameNumbers(header, TAG.orientation, frame);
  if (p?.length !== 3 || o?.length !== 6) return null;
  const alongRow = o.slice(0, 3) as unknown as Vector;
  const alongColumn = o.slice(3) as unknown as Vector;
  const normal = cross(alongRow, alongColumn);
  if (Math.abs(dot(normal, normal) - 1) > 0.01) return null;
  return { origin: p as unknown as Vector, alongRow, alongColumn, normal };
}

function voiOf(header: DicomJson, frame: number): Voi | null {
  const centre = frameNumbers(header, TAG.windowCentre, frame)?.[0];
  const width = frameNumbers(header, TAG.windowWidth, frame)?.[0];
  return centre === undefined || width === undefined || width < 1
    ? null
    : fromWindow(centre, width);
}

/** Parallel frames from right to left, front to back, or head to feet; others stay as numbered. */
function inSpace(frames: Frame[]): Frame[] {
  const way = frames[0]?.plane ? readingWay(frames[0].plane.normal) : null;
  if (!way || !frames.every((f) => f.plane && Math.abs(dot(f.plane.normal, way)) > 0.99)) {
    return frames;
  }
  return frames.toSorted((a, b) => along(a, way) - along(b, way));
}

function along(frame: Frame, way: Vector): number {
  return frame.plane ? dot(frame.plane.origin, way) : 0;
}

function readingWay(normal: Vector): Vector {
  const sizes = normal.map(Math.abs);
  const axis = sizes.indexOf(Math.max(...sizes));
  const wanted = axis === 2 ? -1 : 1;
  const sign = Math.sign(normal[axis] ?? 1) === wanted ? 1 : -1;
  return [normal[0] * sign, normal[1] * sign, normal[2] * sign];
}

/** The middle of a frame in the patient; `null` where its geometry is not known. */
export function centreOf(frame: Frame): Vector | null {
  const { plane, spacing } = frame;
  if (!plane || !spacing) return null;
  const across = moved(plane.origin, plane.alongRow, ((frame.columns - 1) / 2) * spacing.column);
  return moved(across, plane.alongColumn, ((frame.rows - 1) / 2) * spacing.row);
}

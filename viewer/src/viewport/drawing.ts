import type { Place } from "./affine";
import { areaOf, inside } from "./polygons";

/** Something outlined on one frame. */
export interface Shape {
  id: string;
  /**
   * `replaced`: what a model drew where a reader draws otherwise; `outside`: what other software
   * or people outlined, which is no finding of the study.
   */
  kind: "structure" | "finding" | "replaced" | "outside";
  /** Name of the anatomy table, or of what is outside its tint; decides the colour. */
  structure: string;
  level: string | null;
  outlines: readonly (readonly Place[])[];
  /** The findings that it stands for. */
  findings: readonly number[];
}

/** A level's name beside its disc. */
export interface Label {
  level: string;
  place: Place;
  /** The shape that it stands beside; all of its level where it is left out. */
  shape?: string;
  /** A class that gives its colour; white where it is left out. */
  tone?: string;
}

/** A grey picture of one frame's size that is coloured as it is drawn. */
export interface DrawnMap {
  id: string;
  href: string;
  rows: number;
  columns: number;
  /** Pixels from this share on are filled; `null` for a heat map, which has no edge. */
  from: number | null;
}

/** A line between whose ends something was measured. */
export interface MeasuredSpan {
  id: string;
  ends: readonly Place[];
  /** What was measured, such as `vertebral-slip`; decides its colour. */
  measure: string;
}

/** What is drawn over one frame. */
export interface Drawing {
  shapes: readonly Shape[];
  labels: readonly Label[];
  maps?: readonly DrawnMap[];
  spans?: readonly MeasuredSpan[];
}

/** The name of a frame in a table of drawings. */
export function frameKey(instanceUid: string, frame: number): string {
  return `${instanceUid}#${frame}`;
}

/**
 * The findings under a place: of the smallest shape that holds it, one with findings before one
 * without.
 */
export function findingsAt(place: Place, drawing: Drawing): readonly number[] {
  const held = drawing.shapes
    .filter((shape) => shape.findings.length && shape.outlines.some((o) => inside(place, o)))
    .map((shape) => ({ shape, area: Math.min(...shape.outlines.map(areaOf)) }));
  held.sort((a, b) => a.area - b.area);
  return held[0]?.shape.findings ?? [];
}

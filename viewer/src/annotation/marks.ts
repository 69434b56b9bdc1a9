import type { AnnotationLabel, AnnotationMark } from "../api/types";
import type { Mark, MarkLabel, MarkStart, MarkTool } from "../marking/marks";
import type { Place } from "../viewport/affine";
import type { Drawing, Shape } from "../viewport/drawing";
import type { Frame } from "../viewport/frames";
import { type Box, cornersOf, middleOf } from "../viewport/polygons";

/** The answers to the labels of the whole case, by the label's key. */
export type Answers = Readonly<Record<string, string>>;

/** The labels that are drawn, as the layer of marking takes them. */
export function drawnLabels(labels: readonly AnnotationLabel[]): MarkLabel[] {
  return labels
    .filter(({ kind }) => kind !== "case")
    .map(({ key, name, colour }) => ({ key, text: name, colour }));
}

const TOOLS: Record<AnnotationLabel["kind"], readonly MarkTool[]> = {
  box: ["box"],
  mask: ["brush", "erase", "outline"],
  case: [],
};

/** The tools that draw a label: a box is no area, and an area no box. */
export function toolsOf(labels: readonly AnnotationLabel[], key: string): readonly MarkTool[] {
  return TOOLS[labels.find((label) => label.key === key)?.kind ?? "case"];
}

/** What was drawn before, to go on from. */
export function startsOf(marks: readonly AnnotationMark[]): MarkStart[] {
  return marks.flatMap(({ place, label, box, outlines }) =>
    place
      ? [
          {
            label,
            frame: {
              seriesUid: place.series_uid,
              instanceUid: place.instance_uid,
              frame: place.frame ?? 0,
            },
            outlines: outlines ?? [],
            box: (box as Box | null | undefined) ?? null,
          },
        ]
      : [],
  );
}

/** What was answered before. */
export function answersOf(marks: readonly AnnotationMark[]): Answers {
  return Object.fromEntries(
    marks.flatMap(({ place, label, answer }) => (!place && answer ? [[label, answer]] : [])),
  );
}

/** The first label of the whole case that has no answer yet. */
export function unanswered(
  labels: readonly AnnotationLabel[],
  answers: Answers,
): AnnotationLabel | undefined {
  return labels.find(({ kind, key }) => kind === "case" && !answers[key]);
}

/** Drawings and answers as the service keeps them. */
export function marksFor(marks: readonly Mark[], answers: Answers): AnnotationMark[] {
  const drawn = marks.map(({ frame, label, outlines, box }, at) => ({
    id: `m${at + 1}`,
    label,
    place: { series_uid: frame.seriesUid, instance_uid: frame.instanceUid, frame: frame.frame },
    box: box ? ([...box] as [number, number, number, number]) : null,
    outlines: outlines.map((ring) => ring.map(([row, column]) => [row, column] as [number, number])),
    answer: null,
  }));
  const said = Object.entries(answers).map(([label, answer]) => ({
    id: `answer-${label}`,
    label,
    place: null,
    box: null,
    outlines: [],
    answer,
  }));
  return [...drawn, ...said];
}

/** Somebody's drawing under a letter, and a name such as `reader-a` that gives its colour. */
export interface Reading {
  letter: string;
  name: string;
  marks: readonly AnnotationMark[];
}

/** What several drew on one frame, each of it with the letter of who drew it beside. */
export function drawingOf(readings: readonly Reading[], frame: Frame): Drawing {
  const shapes = readings.flatMap((reading) =>
    reading.marks.flatMap((mark) => shapeOf(mark, reading, frame)),
  );
  const labels = shapes.flatMap(({ id, level, structure, outlines }) => {
    const place = middleOf(outlines);
    return place && level !== null ? [{ level, place, shape: id, tone: structure ?? "" }] : [];
  });
  return { shapes, labels };
}

function shapeOf(mark: AnnotationMark, { letter, name }: Reading, frame: Frame): Shape[] {
  const { place, box, outlines } = mark;
  if (place?.instance_uid !== frame.instanceUid || (place.frame ?? 0) !== frame.frame) return [];
  const drawn: readonly (readonly Place[])[] = box ? [cornersOf(box as Box)] : (outlines ?? []);
  const id = `${name}-${mark.id}`;
  return [
    { id, kind: "structure", structure: name, level: letter, outlines: drawn, findings: [] },
  ];
}

/** The slices of a series on which something lies, counted from 1. */
export function slicesOf(
  marks: readonly { frame: { instanceUid: string; frame: number } }[],
  frames: readonly Frame[],
): number[] {
  const at = frames.flatMap((frame, index) =>
    marks.some((m) => m.frame.instanceUid === frame.instanceUid && m.frame.frame === frame.frame)
      ? [index + 1]
      : [],
  );
  return at;
}

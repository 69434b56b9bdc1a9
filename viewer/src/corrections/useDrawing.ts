import { useState } from "react";
import type { Drawn, EvidencePlace } from "../api/types";
import type { StandingFinding } from "../findings/standing";
import type { Marking } from "../marking/marking";
import type { Mark, MarkFrame, MarkStart, MarkTool } from "../marking/marks";
import { apart, joined, simplified } from "../marking/rings";
import { useMarking } from "../marking/useMarking";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import type { Correcting } from "./useCorrections";
import { of } from "./words";

export type DrawnKind = "outline" | "box";

/** Drawing on the images, for a finding or for one that is being added. */
export interface Drawing {
  /** What is being drawn for: a finding's number, or `"draft"`; `null` where nothing is drawn. */
  for: number | "draft" | null;
  kind: DrawnKind | null;
  /** Lets the reader change what is drawn for a finding, on any slice. */
  edit: (finding: StandingFinding, kind: DrawnKind) => void;
  /** Lets the reader draw once, on any slice. */
  draw: (kind: DrawnKind, title: string, done: (drawn: Drawn) => void) => void;
}

interface Task {
  for: number | "draft";
  kind: DrawnKind;
  title: string;
  start: readonly MarkStart[];
  single: boolean;
  done: (marks: readonly Mark[]) => void;
}

const TOOLS: Record<DrawnKind, readonly MarkTool[]> = {
  outline: ["brush", "erase", "outline"],
  box: ["box"],
};
const KEY = "finding";
const COLOUR = "#f5e663";

/** What is drawn on the images below, and how to begin to draw. */
export function useDrawing(correcting: Correcting): { drawing: Drawing; marking: Marking } {
  const { say, count } = useWords();
  const toasts = useToasts();
  const [task, setTask] = useState<Task | null>(null);
  const marking = useMarking({
    on: task !== null,
    labels: [{ key: KEY, text: task?.title ?? "", colour: COLOUR }],
    tools: TOOLS[task?.kind ?? "outline"],
    start: task?.start ?? [],
    single: task?.single ?? false,
    finish: (marks) => task?.done(marks),
    cancel: () => setTask(null),
  });
  const edit = (finding: StandingFinding, kind: DrawnKind) => {
    const start = finding.evidence.flatMap((place) => startOf(place, kind));
    const named = { title: finding.title, level: finding.level ?? "" };
    const keep = async (marks: readonly Mark[]) => {
      const drawn = changedMarks(marks, start).flatMap((mark) => drawnOf(mark, kind) ?? []);
      if (drawn.length === 0) {
        toasts.tell(say("corrections.drawnNothing"));
        setTask(null);
        return;
      }
      const statements = drawn.map((one) => ({ kind, drawn: one, ...of(finding) }));
      const told = count("corrections.done.drawn", drawn.length, named);
      // What was drawn stays on the images until it is kept.
      if (!(await correcting.say(statements, told))) return;
      setTask(null);
    };
    setTask({
      ...{ for: finding.id, kind, start, single: false },
      title: `${finding.title} ${finding.level ?? ""}`.trim(),
      done: (marks) => void keep(marks),
    });
  };
  const draw = (kind: DrawnKind, title: string, done: (drawn: Drawn) => void) =>
    setTask({
      ...{ for: "draft", kind, title, start: [], single: true },
      done: ([mark]) => {
        const drawn = mark ? drawnOf(mark, kind) : null;
        if (drawn) done(drawn);
        setTask(null);
      },
    });
  return { drawing: { for: task?.for ?? null, kind: task?.kind ?? null, edit, draw }, marking };
}

/** The mark that a place of a finding begins as; a box is begun from a box alone. */
export function startOf(place: EvidencePlace, kind: DrawnKind): MarkStart[] {
  const frame: MarkFrame = {
    seriesUid: place.series_uid,
    instanceUid: place.instance_uid,
    frame: place.frame,
  };
  if (kind === "outline") {
    const outlines = place.outline.length > 2 ? apart(place.outline) : [];
    return outlines.length ? [{ frame, label: KEY, outlines, box: null }] : [];
  }
  return place.box ? [{ frame, label: KEY, outlines: [], box: place.box }] : [];
}

/** The marks that are not as they began; of several boxes on a frame the last. */
export function changedMarks(marks: readonly Mark[], start: readonly MarkStart[]): Mark[] {
  const same = (a: Omit<Mark, "id">, b: Omit<Mark, "id">) =>
    JSON.stringify([a.frame, a.outlines, a.box]) === JSON.stringify([b.frame, b.outlines, b.box]);
  const changed = marks.filter((mark) => !start.some((before) => same(mark, before)));
  const frames = new Map(changed.map((mark) => [`${mark.frame.instanceUid}#${mark.frame.frame}`, mark]));
  return [...frames.values()];
}

/** A mark as it is sent; `null` where it is none of what is wanted. */
export function drawnOf({ frame, outlines, box }: Omit<Mark, "id">, kind: DrawnKind): Drawn | null {
  const place = {
    series_uid: frame.seriesUid,
    instance_uid: frame.instanceUid,
    frame: frame.frame,
  };
  if (kind === "box") return box ? { place, outline: [], box: [...box] as Drawn["box"] } : null;
  // A finding has one outline a slice: pieces and holes are joined in it, and no pixel is lost.
  const ring = joined(simplified(outlines));
  if (ring.length < 3) return null;
  return { place, outline: ring.map(([row, column]) => [row, column]), box: null };
}

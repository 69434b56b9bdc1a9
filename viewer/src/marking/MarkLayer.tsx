import { type ReactNode, type RefObject, useEffect, useEffectEvent, useMemo, useRef } from "react";
import type { Frame } from "../viewport/frames";
import type { Stage, View } from "../viewport/stage";
import { Brush, DraftShape, Handles, KeyCursor, MarkShapes } from "./MarkShapes";
import type { Marking } from "./marking";
import { type MarkPage, pageOf, sameFrame } from "./marks";
import { canvasTransform } from "./strokeCanvas";
import { useDraft } from "./useDraft";
import { usePointer } from "./usePointer";
import "./marking.css";

export interface MarkLayerProps {
  marking: Marking;
  series: string;
  frames: readonly Frame[];
  view: View;
  stage: Stage | null;
  /** Whether the pane is the active one, whose frame the keys act on. */
  active: boolean;
  /** Makes the pane the active one. */
  activate: () => void;
}

/** What is marked on a pane's frame, and what takes the pointer to draw on it. */
export function MarkLayer(props: MarkLayerProps): ReactNode {
  const { series, frames, view, marking } = props;
  const page = useMemo(() => pageOf(series, frames, view.shown), [series, frames, view.shown]);
  useFront(marking, page, props.active);
  return page ? <Layer {...props} page={page} /> : null;
}

/** Tells which frame is in front. */
function useFront({ front }: Marking, page: MarkPage | null, active: boolean): void {
  useEffect(() => {
    if (active) front(page);
  }, [front, page, active]);
}

function Layer(props: MarkLayerProps & { page: MarkPage }): ReactNode {
  const { marking, page, view, stage, active, activate } = props;
  const { matrix } = view;
  const { tool, labels, selected } = marking;
  const layer = useRef<HTMLDivElement | null>(null);
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const now = useDraft(marking.draft);
  useAltWheel(layer, marking);
  const elsewhere = marking.only !== null && !sameFrame(marking.only, page);
  const drawing = tool !== null && !marking.panning && !elsewhere;
  const pointers = usePointer({ marking, page, matrix, drawing, stage, canvas, activate });
  const draft = now && sameFrame(now.page, page) ? now : null;
  const colour = labels.find(({ key }) => key === (draft?.label ?? marking.label))?.colour;
  const marks = marking.marksOf(page).filter(({ id }) => id !== draft?.box?.id);
  const box = draft?.box?.box ?? marks.find(({ id }) => id === selected)?.box;
  const brushes = tool === "brush" || tool === "erase";
  const cursor = drawing && active && tool !== "box" ? marking.cursor : null;
  const at = pointers.at ?? cursor;
  return (
    <div
      ref={layer}
      className="mark-layer"
      data-drawing={drawing || undefined}
      style={{ cursor: brushes ? "none" : pointers.cursor }}
      {...pointers.on}
    >
      {brushes ? (
        <canvas
          ref={canvas}
          className="mark-canvas"
          width={page.columns}
          height={page.rows}
          style={{ transform: canvasTransform(matrix), color: colour }}
        />
      ) : null}
      <svg className="pane-overlay" aria-hidden="true">
        <MarkShapes
          {...{ marks, labels, matrix, selected }}
          hidden={pointers.stroking && draft ? draft.label : null}
        />
        {draft ? (
          <DraftShape {...{ draft, colour, matrix }} to={drawing ? at : null} />
        ) : null}
        {box && tool === "box" ? <Handles box={box} matrix={matrix} /> : null}
        {brushes && drawing && at ? (
          <Brush {...{ matrix, at, radius: marking.radius, erases: tool === "erase" }} />
        ) : null}
        {cursor ? <KeyCursor at={cursor} matrix={matrix} /> : null}
      </svg>
    </div>
  );
}

/** With Alt the wheel changes the brush and not the slice; it scrolls again without. */
function useAltWheel(layer: RefObject<HTMLDivElement | null>, marking: Marking): void {
  const turned = useEffectEvent((event: WheelEvent) => {
    if (!event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    // Some systems turn the wheel sideways while Alt is held.
    marking.widen(event.deltaY || event.deltaX ? ((event.deltaY || event.deltaX) < 0 ? 1 : -1) : 0);
  });
  useEffect(() => {
    const element = layer.current;
    element?.addEventListener("wheel", turned, { passive: false });
    return () => element?.removeEventListener("wheel", turned);
  }, [layer]);
}

import { type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import { type Affine, type Place, type Spot, toPlace } from "../viewport/affine";
import type { Stage } from "../viewport/stage";
import { cursorOf } from "./boxes";
import { boxUnder, takeBox } from "./holdBox";
import { takeOutline } from "./holdOutline";
import type { Ground, Hold, Point, Take } from "./holds";
import { takeStroke } from "./holdStroke";
import type { Marking } from "./marking";
import type { MarkPage, MarkTool } from "./marks";
import { Pinch } from "./pinch";
import { clearCanvas } from "./strokeCanvas";

/** What the layer's pointers work on. */
export interface PointerActs {
  marking: Marking;
  page: MarkPage;
  matrix: Affine;
  /** Whether a press draws here now. */
  drawing: boolean;
  stage: Stage | null;
  canvas: RefObject<HTMLCanvasElement | null>;
  activate: () => void;
}

type Pointing = PointerEvent<HTMLElement>;

export interface Pointers {
  /** Where the pointer is, to show the brush there. */
  at: Place | null;
  cursor: string;
  /** Whether this layer's canvas shows the area that a stroke changes. */
  stroking: boolean;
  on: Record<
    "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel" | "onPointerLeave",
    (event: Pointing) => void
  >;
}

/** What is in hand, and the pointer that holds it. */
interface InHand {
  hold: Hold | null;
  pointer: number;
  start: Spot;
  far: boolean;
}

const TAKES: Record<MarkTool, Take> = {
  brush: takeStroke,
  erase: takeStroke,
  outline: takeOutline,
  box: takeBox,
};

const DRAG_PX = 3;
const NEAR_PX = 8;
const FINGER_PX = 18;
/** The button at a pen's other end. */
const PEN_ERASER = 5;

/** Turns pressing and drawing on the layer into marks; other buttons are left to the pane. */
export function usePointer(acts: PointerActs): Pointers {
  const { marking, page, matrix, stage, canvas } = acts;
  const { draft } = marking;
  const held = useRef<InHand | null>(null);
  const [pinch] = useState(() => new Pinch());
  const [at, setAt] = useState<Place | null>(null);
  const [cursor, setCursor] = useState("crosshair");
  const [stroking, setStroking] = useState(false);
  const ground = (): Ground => ({ marking, page, matrix, canvas: canvas.current });
  // Escape empties the draft wherever it is pressed: what is in hand goes with it.
  useEffect(
    () =>
      draft.watch(() => {
        if (draft.now()) return;
        held.current = null;
        setStroking(false);
        clearCanvas(canvas.current);
      }),
    [draft, canvas],
  );

  function press(event: Pointing, point: Point): void {
    const tool = event.button === PEN_ERASER ? "erase" : marking.tool;
    if (!tool || !marking.tools.includes(tool) || held.current?.hold) return;
    const hold = TAKES[tool](ground(), point, tool);
    held.current = { hold, pointer: event.pointerId, start: point.spot, far: false };
    setStroking(tool === "brush" || tool === "erase");
  }

  function hover({ spot, near }: Point): void {
    const under = marking.tool === "box" ? boxUnder(marking, page, { spot, near, matrix }) : null;
    setCursor(under ? cursorOf(under.handle, matrix) : "crosshair");
  }

  function down(event: Pointing): void {
    const point = pointOf(event, matrix);
    if (!point || !acts.drawing || (event.button !== 0 && event.button !== PEN_ERASER)) return;
    event.stopPropagation();
    acts.activate();
    event.currentTarget.setPointerCapture?.(event.pointerId);
    const second = event.pointerType === "touch" && pinch.down(event.pointerId, point.spot);
    if (second) dropped();
    else press(event, point);
    setAt(point.place);
  }

  /** Two fingers mean the image: the first had begun to draw, or to add a place. */
  function dropped(): void {
    const now = draft.now();
    if (now?.kind === "outline" && !held.current?.far && now.ring.length > 1) {
      draft.set({ ...now, ring: now.ring.slice(0, -1) });
    } else draft.set(null);
    held.current = null;
  }

  function move(event: Pointing): void {
    const point = pointOf(event, matrix);
    if (!point) return;
    setAt(point.place);
    if (pinch.move(event.pointerId, point.spot, stage)) return event.stopPropagation();
    const now = held.current;
    if (!now) return hover(point);
    if (now.pointer !== event.pointerId) return;
    event.stopPropagation();
    const [dx, dy] = [point.spot[0] - now.start[0], point.spot[1] - now.start[1]];
    now.far ||= Math.hypot(dx, dy) > DRAG_PX;
    now.hold?.move(ground(), point, now.far);
  }

  function up(event: Pointing): void {
    pinch.up(event.pointerId);
    if (event.pointerType === "touch") setAt(null);
    const now = held.current;
    if (now?.pointer !== event.pointerId) return;
    event.stopPropagation();
    held.current = null;
    const point = pointOf(event, matrix);
    if (point) now.hold?.end(ground(), point, now.far);
  }

  function cancel(event: Pointing): void {
    pinch.up(event.pointerId);
    if (held.current?.pointer !== event.pointerId) return;
    event.stopPropagation();
    dropped();
  }

  return {
    ...{ at, cursor, stroking },
    on: {
      onPointerDown: down,
      onPointerMove: move,
      onPointerUp: up,
      onPointerCancel: cancel,
      onPointerLeave: () => setAt(null),
    },
  };
}

/** Where an event points, with the moves since the last one, which come together once a frame. */
function pointOf(event: Pointing, matrix: Affine): Point | null {
  const box = event.currentTarget.getBoundingClientRect();
  const spotOf = (one: { clientX: number; clientY: number }): Spot => [
    one.clientX - box.left,
    one.clientY - box.top,
  ];
  const spot = spotOf(event);
  const place = toPlace(matrix, spot);
  if (!place) return null;
  const moves = event.nativeEvent.getCoalescedEvents?.() ?? [];
  const trail = (moves.length ? moves : [event]).map((one) => toPlace(matrix, spotOf(one)) ?? place);
  const near = event.pointerType === "touch" ? FINGER_PX : NEAR_PX;
  return { spot, place, trail, near, alt: event.altKey };
}

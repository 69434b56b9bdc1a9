import { type PointerEvent, useRef, useState } from "react";
import { type Place, type Spot, toPlace } from "./affine";
import type { Measurement } from "./measuring";
import type { Stage, View } from "./stage";
import { dragSlices, isMeasure, isWhole, reaching, type Tool, toolOf, zoomFactor } from "./tools";
import { dragged, rangeOf, type ValueRange, type Voi } from "./windowing";

/** What pointing at a pane may lead to. */
export interface Acts {
  stage: Stage | null;
  view: View | null;
  tool: Tool;
  count: number;
  imageId: string | undefined;
  scroll: (slices: number) => void;
  pick: (place: Place) => void;
  measured: (measurement: Measurement) => void;
}

interface Drag {
  tool: Tool;
  start: Spot;
  last: Spot;
  moved: boolean;
  left: number;
  voi: Voi;
  range: ValueRange | null;
}

const STILL_PX = 3;

export interface Gestures {
  /** The measurement that is being made. */
  draft: Measurement | null;
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  cancel: () => void;
}

function spotOf(event: PointerEvent<HTMLElement>): Spot {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** Turns presses and drags on a pane into what the tool in hand does. */
export function useGestures(acts: Acts): Gestures {
  const drag = useRef<Drag | null>(null);
  const [draft, setDraft] = useState<Measurement | null>(null);
  const placeAt = (spot: Spot): Place | null => (acts.view ? toPlace(acts.view.matrix, spot) : null);

  function finish(measurement: Measurement): void {
    const [a, b] = measurement.places;
    const empty = measurement.tool !== "probe" && a?.join() === b?.join();
    if (!empty) acts.measured(measurement);
    setDraft(null);
  }

  function startMeasuring(tool: Tool, spot: Spot): void {
    const place = placeAt(spot);
    if (!place || !isMeasure(tool) || !acts.imageId) return;
    if (draft?.tool === "angle" && draft.places.length === 3) return;
    const places = tool === "probe" ? [place] : [place, place];
    setDraft({ id: Date.now(), tool, imageId: acts.imageId, places });
  }

  function endMeasuring(still: boolean, spot: Spot): void {
    if (!draft) return;
    const place = placeAt(spot);
    if (isWhole(draft)) finish(draft);
    else if (!still && place) setDraft({ ...draft, places: [...draft.places, place] });
    else setDraft(null);
  }

  return {
    draft,
    cancel: () => setDraft(null),
    onPointerDown: (event) => {
      const spot = spotOf(event);
      const tool = toolOf(event.button, acts.tool);
      event.currentTarget.setPointerCapture?.(event.pointerId);
      const voi = acts.view?.voi ?? { low: 0, high: 1 };
      drag.current = { tool, start: spot, last: spot, moved: false, left: 0, voi, range: null };
      if (isMeasure(tool)) startMeasuring(tool, spot);
    },
    onPointerMove: (event) => {
      const spot = spotOf(event);
      const place = placeAt(spot);
      if (draft && place && (drag.current || draft.places.length === 3)) {
        setDraft(reaching(draft, place));
      }
      if (drag.current) move(drag.current, spot, acts);
    },
    onPointerUp: (event) => {
      const ended = drag.current;
      drag.current = null;
      if (!ended) return;
      const spot = spotOf(event);
      if (isMeasure(ended.tool)) return endMeasuring(!ended.moved, spot);
      const place = placeAt(spot);
      if (!ended.moved && event.button === 0 && place) acts.pick(place);
    },
  };
}

function move(drag: Drag, spot: Spot, acts: Acts): void {
  const { stage } = acts;
  const [dx, dy] = [spot[0] - drag.last[0], spot[1] - drag.last[1]];
  const far = Math.hypot(spot[0] - drag.start[0], spot[1] - drag.start[1]) > STILL_PX;
  if (!far && !drag.moved) return;
  drag.moved = true;
  drag.last = spot;
  if (!stage) return;
  if (drag.tool === "pan") stage.panBy(dx, dy);
  if (drag.tool === "zoom") stage.zoomAt(drag.start, zoomFactor(dy));
  if (drag.tool === "window") {
    drag.range ??= rangeOf(stage.pixels()?.values ?? []);
    drag.voi = dragged(drag.voi, dx, dy, drag.range);
    stage.setVoi(drag.voi);
  }
  if (drag.tool === "scroll") {
    const [slices, left] = dragSlices(drag.left + dy, acts.count, 400);
    drag.left = left;
    if (slices) acts.scroll(slices);
  }
}

import { areaOn } from "./history";
import type { Hold, Take } from "./holds";
import { sameFrame } from "./marks";
import { Stroke } from "./stroke";
import { MaskPainter } from "./strokeCanvas";

/** Begins a stroke of the brush or the eraser. */
export const takeStroke: Take = ({ marking, page, canvas }, { place }, tool) => {
  const { label, radius, marks, draft } = marking;
  const brush = { radius, value: tool === "erase" ? 0 : 1 } as const;
  const stroke = new Stroke(page, label, brush, areaOn(marks, page, label)?.outlines ?? []);
  stroke.to(place);
  draft.set({ kind: "stroke", page, label, ring: [], box: null });
  const painter = new MaskPainter(canvas);
  painter.draw(stroke.mask);
  const end: Hold["end"] = (ground) => {
    const done = stroke.end();
    ground.marking.draft.set(null);
    if (done) ground.marking.put(done);
  };
  return {
    end,
    move: (ground, point, far) => {
      // The slice may go on under the hand: what was drawn stays on the slice it was drawn on.
      if (!sameFrame(stroke.page, ground.page)) return end(ground, point, far);
      for (const step of point.trail) painter.draw(stroke.mask, stroke.to(step));
    },
  };
};

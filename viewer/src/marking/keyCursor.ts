import type { Place } from "../viewport/affine";
import { areaOn } from "./history";
import type { Marking } from "./marking";
import { type MarkPage, sameFrame } from "./marks";
import { Stroke } from "./stroke";

/** The key that shows a cursor for who draws without a pointer, and hides it again. */
export const CURSOR_KEY = "j";

/** With Ctrl an arrow goes on by so many pixels. */
const FAR = 10;

const ARROWS: Record<string, readonly [number, number]> = {
  arrowup: [-1, 0],
  arrowdown: [1, 0],
  arrowleft: [0, -1],
  arrowright: [0, 1],
};

/** Does what a key means to the cursor; whether it means anything to it. */
export function pressCursor(event: KeyboardEvent, key: string, marking: Marking): boolean {
  const { tool, page, cursor, setCursor, draft } = marking;
  if (!page || tool === null || tool === "box") return false;
  if (marking.only && !sameFrame(marking.only, page)) return false;
  if (key === CURSOR_KEY && !event.ctrlKey) {
    setCursor(cursor ? null : [(page.rows - 1) >> 1, (page.columns - 1) >> 1]);
    // Space shall draw, and not press the button that was used last.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    return true;
  }
  if (!cursor) return false;
  const way = ARROWS[key];
  if (way) {
    const to = within(cursor, way, event.ctrlKey ? FAR : 1, page);
    setCursor(to);
    if (event.shiftKey) stroke(marking, page, cursor, to);
    return true;
  }
  if (key === " ") {
    if (tool === "outline") addPoint(marking, page, cursor);
    else stroke(marking, page, cursor, cursor);
    return true;
  }
  if (key === "escape" && !draft.now()) {
    setCursor(null);
    return true;
  }
  return false;
}

function within([row, column]: Place, way: readonly [number, number], by: number, page: MarkPage): Place {
  const held = (value: number, most: number) => Math.min(Math.max(value, 0), most - 1);
  return [held(row + way[0] * by, page.rows), held(column + way[1] * by, page.columns)];
}

/** Paints or erases along the cursor's way, as the brush would under a pointer. */
function stroke(marking: Marking, page: MarkPage, from: Place, to: Place): void {
  const { tool, label, radius, marks } = marking;
  if (tool !== "brush" && tool !== "erase") return;
  const brush = { radius, value: tool === "erase" ? 0 : 1 } as const;
  const drawn = new Stroke(page, label, brush, areaOn(marks, page, label)?.outlines ?? []);
  drawn.to(from);
  drawn.to(to);
  const done = drawn.end();
  if (done) marking.put(done);
}

function addPoint({ draft, label }: Marking, page: MarkPage, place: Place): void {
  const now = draft.now();
  const open = now?.kind === "outline" && sameFrame(now.page, page) ? now : null;
  const ring = [...(open?.ring ?? []), place];
  draft.set({ kind: "outline", page, label: open?.label ?? label, ring, box: null });
}

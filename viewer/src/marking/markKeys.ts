import { takesKeys } from "../viewport/keys";
import { grown, movedBy } from "./boxes";
import { closeOutline } from "./holdOutline";
import { pressCursor } from "./keyCursor";
import type { Marking } from "./marking";
import type { Mark, MarkTool } from "./marks";

/** Each tool with the key that takes it. */
export const MARK_KEYS: Record<MarkTool, string> = { brush: "d", erase: "x", outline: "t", box: "c" };

const ARROWS: Record<string, readonly [number, number]> = {
  arrowup: [-1, 0],
  arrowdown: [1, 0],
  arrowleft: [0, -1],
  arrowright: [0, 1],
};

/** With Ctrl an arrow goes on by so many pixels. */
const FAR = 10;

/** Does what a key means while marking; whether it means anything, so that the viewer leaves it. */
export function pressKey(event: KeyboardEvent, marking: Marking): boolean {
  const key = event.key.toLowerCase();
  const own = event.target instanceof Element && event.target.closest("dialog");
  if (own || takesKeys(event.target, key)) return false;
  if (key === "[" || key === "]") return does(() => marking.widen(key === "[" ? -1 : 1));
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    if (key === "z") return does(() => step(marking, event.shiftKey));
    if (key === "y") return does(() => step(marking, true));
  }
  if (event.altKey || event.metaKey) return false;
  if (pressCursor(event, key, marking)) return true;
  return arrow(event, key, marking) || (!event.ctrlKey && plain(key, event, marking));
}

function does(act: () => void): true {
  act();
  return true;
}

/** The last place of an open outline is undone before any mark is. */
function step(marking: Marking, forth: boolean): void {
  if (forth) return marking.redo();
  if (!shortened(marking)) marking.undo();
}

function shortened({ draft }: Marking): boolean {
  const now = draft.now();
  if (now?.kind !== "outline") return false;
  draft.set(now.ring.length > 1 ? { ...now, ring: now.ring.slice(0, -1) } : null);
  return true;
}

function plain(key: string, event: KeyboardEvent, marking: Marking): boolean {
  const { draft } = marking;
  const open = draft.now()?.kind === "outline";
  const taken = marking.tools.find((tool) => MARK_KEYS[tool] === key);
  if (taken) return does(() => marking.setTool(taken));
  if (key === "escape") return does(() => escape(marking));
  if (key === "enter") return does(() => (open ? closeOutline(marking, event.shiftKey) : marking.finish()));
  if (key === "backspace" && open) return shortened(marking);
  if ((key === "delete" || key === "backspace") && marking.selected) return does(marking.remove);
  if (key === "v" && marking.labels.length > 1) return does(() => nextLabel(marking));
  return false;
}

/** Each time a step out: of what is being drawn, of the selection, of marking nothing was done in. */
function escape(marking: Marking): void {
  if (marking.draft.now()) marking.draft.set(null);
  else if (marking.selected) marking.select(null);
  else if (!marking.dirty) marking.cancel();
}

function nextLabel({ labels, label, setLabel }: Marking): void {
  const at = labels.findIndex(({ key }) => key === label);
  const next = labels[(at + 1) % labels.length];
  if (next) setLabel(next.key);
}

/** The selected box moves by the arrows, and with Shift changes its size. */
function arrow(event: KeyboardEvent, key: string, marking: Marking): boolean {
  const way = ARROWS[key];
  const mark = way && selectedBox(marking);
  if (!way || !mark?.box || !marking.page) return false;
  const by = event.ctrlKey ? ([way[0] * FAR, way[1] * FAR] as const) : way;
  const change = event.shiftKey ? grown : movedBy;
  const box = change(mark.box, by, marking.page);
  if (box.join() !== mark.box.join()) marking.put({ ...mark, box });
  return true;
}

/** The selected box where it lies on the frame in front. */
function selectedBox({ marksOf, page, selected }: Marking): Mark | undefined {
  return page ? marksOf(page).find(({ id, box }) => box && id === selected) : undefined;
}

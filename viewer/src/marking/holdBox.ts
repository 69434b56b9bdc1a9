import type { Affine, Spot } from "../viewport/affine";
import type { Box } from "../viewport/polygons";
import { type Handle, handleAt, movedBy, resized, spanned } from "./boxes";
import type { Take } from "./holds";
import type { Marking } from "./marking";
import type { Mark, MarkPage } from "./marks";

/** A box with the handle that is meant. */
export interface BoxUnder {
  mark: Mark;
  box: Box;
  handle: Handle;
}

/** The box under a spot: the selected one first, then the one drawn last. */
export function boxUnder(
  { marksOf, selected }: Marking,
  page: MarkPage,
  on: { spot: Spot; near: number; matrix: Affine },
): BoxUnder | null {
  const boxes = marksOf(page).filter(({ box }) => box);
  const first = boxes.filter(({ id }) => id === selected);
  for (const mark of [...first, ...boxes.toReversed()]) {
    const handle = mark.box && handleAt(mark.box, on.spot, on.matrix, on.near);
    if (mark.box && handle) return { mark, handle, box: mark.box };
  }
  return null;
}

/** Takes the box under the pointer by its handle, or begins a new one. */
export const takeBox: Take = ({ marking, page, matrix }, { spot, place, near }) => {
  const under = boxUnder(marking, page, { spot, near, matrix });
  const label = under?.mark.label ?? marking.label;
  let box: Box = under?.box ?? spanned(place, place, page);
  marking.select(under?.mark.id ?? null);
  return {
    move: ({ marking: { draft } }, point, far) => {
      if (!far) return;
      const by = [point.place[0] - place[0], point.place[1] - place[1]] as const;
      if (!under) box = spanned(place, point.place, page);
      else if (under.handle.row || under.handle.column) {
        box = resized(under.box, under.handle, point.place, page);
      } else box = movedBy(under.box, by, page);
      const id = under?.mark.id ?? null;
      draft.set({ kind: "box", page, label, ring: [], box: { id, box } });
    },
    end: ({ marking: now }, _, far) => {
      now.draft.set(null);
      if (!far || box.join() === under?.box.join()) return;
      now.put({ ...(under?.mark ?? { frame: page, label, outlines: [] }), box });
    },
  };
};

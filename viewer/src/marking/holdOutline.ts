import type { Draft, Marking } from "./marking";
import type { Ground, Take } from "./holds";
import { type MarkStart, sameFrame } from "./marks";
import { clipped, enclosed, isNear, lengthened } from "./outlining";

/** A second press so near to the last place is a double click. */
const SAME_PX = 4;

/** Begins an outline, adds a place to the open one, or closes it. */
export const takeOutline: Take = (ground, { spot, place, near, alt }) => {
  const { marking, page, matrix } = ground;
  const open = openOn(ground);
  const ring = open?.ring ?? [];
  const again = isNear(ring.at(-1), spot, matrix, SAME_PX);
  if (ring.length > 2 && (again || isNear(ring[0], spot, matrix, near))) {
    closeOutline(marking, alt);
    return null;
  }
  const label = open?.label ?? marking.label;
  const next = again ? ring : [...ring, clipped(place, page)];
  marking.draft.set({ kind: "outline", page, label, ring: next, box: null });
  return {
    move: (now, point, far) => {
      const drawn = far ? openOn(now) : null;
      if (!drawn) return;
      const longer = point.trail.reduce(
        (line, step) => lengthened(line, clipped(step, now.page)),
        drawn.ring,
      );
      now.marking.draft.set({ ...drawn, ring: longer });
    },
    end: (now, point, far) => {
      const drawn = far ? openOn(now) : null;
      if (!drawn) return;
      // A line drawn free-hand in one go is closed where it ends, wherever that is.
      const closed = !open || isNear(drawn.ring[0], point.spot, now.matrix, near);
      if (closed) closeOutline(now.marking, point.alt);
    },
  };
};

function openOn({ marking, page }: Ground): Draft | null {
  const now = marking.draft.now();
  return now?.kind === "outline" && sameFrame(now.page, page) ? now : null;
}

/** Closes the open outline: what it encloses is added to its label's area, or cut out of it. */
export function closeOutline(marking: Marking, cut: boolean): void {
  const done = outlined(marking, cut);
  marking.draft.set(null);
  if (done) marking.put(done);
}

/** The area that closing the open outline would make; `null` where it would change nothing. */
export function outlined({ draft, marks }: Marking, cut: boolean): MarkStart | null {
  const now = draft.now();
  return now?.kind === "outline" ? enclosed(now, marks, cut) : null;
}

import type { Place } from "../viewport/affine";
import type { MarkPage, MarkStart, Ring } from "./marks";
import { type Mask, maskOf, type Rect, ringsOf } from "./masks";
import { isEmpty, paint } from "./painting";

/** A stroke of the brush or the eraser while it is being made, on a mask of its own. */
export class Stroke {
  readonly page: MarkPage;
  readonly label: string;
  readonly mask: Mask;
  private readonly before: Uint8Array;
  private readonly radius: number;
  private readonly value: 0 | 1;
  private last: Place | null = null;
  private touched: Rect | null = null;

  /** @param outlines - The label's area on the frame as it is. */
  constructor(
    page: MarkPage,
    label: string,
    brush: { radius: number; value: 0 | 1 },
    outlines: readonly Ring[],
  ) {
    [this.page, this.label, this.radius, this.value] = [page, label, brush.radius, brush.value];
    this.mask = maskOf(outlines, page.rows, page.columns);
    this.before = this.mask.pixels.slice();
  }

  /** Paints on to a place, and tells which rectangle may have changed. */
  to(place: Place): Rect {
    const from = this.last ?? place;
    this.last = place;
    const rect = paint(this.mask, from, place, this.radius, this.value);
    this.touched = this.touched ? around(this.touched, rect) : rect;
    return rect;
  }

  /** The area as it is after the stroke; `null` where the stroke changed no pixel. */
  end(): MarkStart | null {
    if (!this.hasChanged()) return null;
    return { frame: this.page, label: this.label, outlines: ringsOf(this.mask), box: null };
  }

  private hasChanged(): boolean {
    const { pixels, columns } = this.mask;
    const { row0, row1 } = this.touched ?? { row0: 0, row1: 0 };
    for (let at = row0 * columns; at < row1 * columns; at++) {
      if (pixels[at] !== this.before[at]) return true;
    }
    return false;
  }
}

function around(a: Rect, b: Rect): Rect {
  if (isEmpty(b)) return a;
  return {
    row0: Math.min(a.row0, b.row0),
    column0: Math.min(a.column0, b.column0),
    row1: Math.max(a.row1, b.row1),
    column1: Math.max(a.column1, b.column1),
  };
}

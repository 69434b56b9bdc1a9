import type { Affine, Place, Spot } from "../viewport/affine";
import type { Marking } from "./marking";
import type { MarkPage, MarkTool } from "./marks";

/** What a hold works on; it may have changed from one move to the next. */
export interface Ground {
  marking: Marking;
  page: MarkPage;
  matrix: Affine;
  canvas: HTMLCanvasElement | null;
}

/** Where the pointer is. */
export interface Point {
  spot: Spot;
  place: Place;
  /** Where it was since the last move, this place too. */
  trail: readonly Place[];
  /** How near a handle must be to be meant, in CSS pixels. */
  near: number;
  alt: boolean;
}

/** Something in hand from a press until its release. It ends early where the draft is emptied. */
export interface Hold {
  /** @param far - Whether the pointer has left the place where it was pressed. */
  move: (ground: Ground, point: Point, far: boolean) => void;
  end: (ground: Ground, point: Point, far: boolean) => void;
}

/** Takes something in hand; `null` where the press was all that was to be done. */
export type Take = (ground: Ground, point: Point, tool: MarkTool) => Hold | null;

import type { Say } from "../words";
import type { Mark, Ring } from "./marks";

/** What a mark is in words: a box's size and place, an area's pixels. */
export function describeMark(mark: Mark, say: Say, number: (value: number) => string): string {
  if (!mark.box) return say("marking.is.area", { pixels: number(pixelsOf(mark.outlines)) });
  const [row0, column0, row1, column1] = mark.box.map((side) => Number(side.toFixed(1)));
  return say("marking.is.box", {
    height: number((row1 ?? 0) - (row0 ?? 0)),
    width: number((column1 ?? 0) - (column0 ?? 0)),
    row: number(row0 ?? 0),
    column: number(column0 ?? 0),
  });
}

/** How many pixels outlines along pixels' edges hold; of others, about so many. */
export function pixelsOf(outlines: readonly Ring[]): number {
  const twice = outlines.flatMap((ring) =>
    ring.map(([row, column], at) => {
      const [r0, c0] = ring.at(at - 1) as Ring[number];
      return c0 * row - column * r0;
    }),
  );
  return Math.round(Math.abs(twice.reduce((sum, one) => sum + one, 0)) / 2);
}

import type { Mask } from "./masks";
import type { MarkPage } from "./marks";

/** Numbers from 0 to 1 that are the same at each run. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A mask from rows of "#" and ".". */
export function drawnMask(...lines: string[]): Mask {
  const pixels = lines.flatMap((line) => [...line].map((one) => (one === "#" ? 1 : 0)));
  return { pixels: Uint8Array.from(pixels), rows: lines.length, columns: lines[0]?.length ?? 0 };
}

/** A mask as rows of "#" and ".". */
export function linesOf({ pixels, rows, columns }: Mask): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(pixels.slice(row * columns, (row + 1) * columns), (p) => (p ? "#" : ".")).join(""),
  );
}

/** Pixels that are in by chance, each on its own: all kinds of holes, corners and borders. */
export function speckled(next: () => number, rows: number, columns: number, share: number): Mask {
  const pixels = Uint8Array.from({ length: rows * columns }, () => (next() < share ? 1 : 0));
  return { pixels, rows, columns };
}

export function page(frame = 0, rows = 20, columns = 10): MarkPage {
  const at = (k: number) => ({ seriesUid: "1.2", instanceUid: `1.2.${k}`, frame: 0 });
  return { ...at(frame), rows, columns, before: frame ? at(frame - 1) : null, after: at(frame + 1) };
}

import type { Place } from "../viewport/affine";
import type { Ring } from "./marks";

/**
 * Outlines of the same pixels with fewer places, from those that run along pixels' edges.
 *
 * First each corner is cut from the middle of one pixel's edge to that of the next. Then a place may go where the triangle with its neighbours neither holds a pixel's centre nor has
 * one on its sides: then no centre comes to lie on another side of the outline, by the even-odd
 * and by the nonzero rule. `maskOf` of what is left gives exactly the same mask. Outlines that run
 * elsewhere, as a model's do, stay as they are.
 */
export function simplified(outlines: readonly Ring[]): Ring[] {
  return outlines.map((ring) => (isOnEdges(ring) ? simplifiedRing(ring) : ring));
}

/** Whether an outline runs along pixels' edges and turns at their corners. */
export function isOnEdges(ring: Ring): boolean {
  return ring.every(([row, column], at) => {
    const [r0, c0] = ring.at(at - 1) as Place;
    return isHalf(row) && isHalf(column) && (row === r0 || column === c0);
  });
}

function isHalf(value: number): boolean {
  return Number.isInteger(value + 0.5);
}

/** The middles of the pixels' edges that an outline runs along. */
function middlesOf(ring: Ring): Ring {
  return ring.flatMap(([row, column], at) => {
    const [r0, c0] = ring.at(at - 1) as Place;
    const steps = Math.abs(row - r0) + Math.abs(column - c0);
    const [down, right] = [Math.sign(row - r0), Math.sign(column - c0)];
    // Between the first and the last of a straight run none is needed.
    const places = steps > 1 ? [0.5, steps - 0.5] : [0.5];
    return places.map((far): Place => [r0 + down * far, c0 + right * far]);
  });
}

function simplifiedRing(ring: Ring): Ring {
  let now: Ring = middlesOf(ring);
  for (;;) {
    const next = thinned(now);
    if (next.length === now.length) return now;
    now = next;
  }
}

/** One time around: of two neighbouring places at most one goes, so that no side wanders off. */
function thinned(ring: Ring): Ring {
  const kept: Place[] = [];
  let left = ring.length;
  for (let at = 0; at < ring.length; at++) {
    const here = ring[at] as Place;
    const before = kept.at(-1) ?? (ring.at(-1) as Place);
    const after = ring[at + 1] ?? kept[0] ?? (ring[0] as Place);
    if (left > 3 && isFree(before, here, after)) {
      left--;
      const next = ring[++at];
      if (next) kept.push(next);
    } else {
      kept.push(here);
    }
  }
  return kept;
}

/** Whether no pixel's centre lies in a triangle or on its sides. */
export function isFree(a: Place, b: Place, c: Place): boolean {
  const [top, bottom] = [Math.min(a[0], b[0], c[0]), Math.max(a[0], b[0], c[0])];
  for (let row = Math.ceil(top); row <= bottom; row++) {
    const columns = [...across(a, b, row), ...across(b, c, row), ...across(c, a, row)];
    if (Math.ceil(Math.min(...columns) - SLACK) <= Math.max(...columns) + SLACK) return false;
  }
  return true;
}

const SLACK = 1e-6;

/** Where a side crosses a row: nowhere, at one column, or along the row at both of its ends. */
function across(a: Place, b: Place, row: number): number[] {
  if (Math.min(a[0], b[0]) > row || Math.max(a[0], b[0]) < row) return [];
  if (a[0] === b[0]) return [a[1], b[1]];
  return [a[1] + ((b[1] - a[1]) * (row - a[0])) / (b[0] - a[0])];
}

/**
 * One outline that holds the same places by the even-odd rule: the rings are joined by bridges
 * that are gone along twice, there and back.
 *
 * Bridges run along pixels' edges, for which all places must lie on them, as those of `ringsOf` do
 * and what `simplified` makes of them: so no bridge meets a pixel's centre.
 */
export function joined(outlines: readonly Ring[]): Ring {
  const [first = [], ...others] = outlines;
  let ring = first;
  for (const other of others) {
    const there = other[0] as Place;
    const at = nearest(ring, there);
    const bridge = bridgeOf(ring[at] as Place, there);
    ring = [
      ...ring.slice(0, at + 1),
      ...bridge,
      ...other,
      there,
      ...bridge.toReversed(),
      ...ring.slice(at),
    ];
  }
  return ring;
}

/** The corners of a way along pixels' edges: to a corner of the first, down or up, and across. */
function bridgeOf(from: Place, to: Place): Place[] {
  const [r0, c0] = cornerAt(from);
  const [r1, c1] = cornerAt(to);
  return [[r0, c0], [r1, c0], [r1, c1]];
}

function cornerAt([row, column]: Place): Place {
  return [Math.floor(row) + 0.5, Math.floor(column) + 0.5];
}

function nearest(ring: Ring, [row, column]: Place): number {
  const far = ring.map(([r, c]) => Math.abs(r - row) + Math.abs(c - column));
  return far.indexOf(far.reduce((least, one) => Math.min(least, one), Infinity));
}

/**
 * The outlines that `joined` made one: what is gone along pixels' edges there and back is no
 * outline. By the even-odd rule they hold the same places. A model's outline of something thin
 * goes there and back too, but from centre to centre: it stays, since its pixels lie on it.
 */
export function apart(ring: Ring): Ring[] {
  const left = new Map<string, Step[]>();
  let back = 0;
  ring.forEach((to, at) => {
    const from = ring.at(at - 1) as Place;
    const still = from[0] === to[0] && from[1] === to[1];
    if (still || (isBridge(from, to) && left.get(nameOf(to, from))?.pop())) {
      back++;
      return;
    }
    left.set(nameOf(from, to), [...(left.get(nameOf(from, to)) ?? []), [from, to]]);
  });
  return back ? chained([...left.values()].flat()) : [ring];
}

function isBridge(from: Place, to: Place): boolean {
  return (from[0] === to[0] && isHalf(from[0])) || (from[1] === to[1] && isHalf(from[1]));
}

type Step = readonly [from: Place, to: Place];

function nameOf(from: Place, to: Place): string {
  return `${from.join()} ${to.join()}`;
}

/** Closed outlines of steps, of which as many come to each place as go from it. */
function chained(steps: readonly Step[]): Ring[] {
  const going = new Map<string, Step[]>();
  for (const step of steps) {
    const name = step[0].join();
    going.set(name, [...(going.get(name) ?? []), step]);
  }
  const rings: Ring[] = [];
  for (const [start] of steps) {
    const ring: Place[] = [];
    for (let at = start; ; ) {
      const step = going.get(at.join())?.pop();
      if (!step) break;
      ring.push(at);
      at = step[1];
    }
    if (ring.length > 2) rings.push(ring);
  }
  return rings;
}

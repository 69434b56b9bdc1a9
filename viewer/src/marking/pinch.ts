import type { Spot } from "../viewport/affine";
import type { Stage } from "../viewport/stage";

/** Two fingers move and enlarge the image, whatever tool is in hand. */
export class Pinch {
  private readonly fingers = new Map<number, Spot>();
  private pinching = false;

  /** Notes a finger; whether it is the second, with which drawing ends and pinching begins. */
  down(pointer: number, spot: Spot): boolean {
    this.fingers.set(pointer, spot);
    this.pinching ||= this.fingers.size === 2;
    return this.pinching;
  }

  /** Moves the image where two fingers pinch it; whether they do. */
  move(pointer: number, spot: Spot, stage: Stage | null): boolean {
    const before = [...this.fingers.values()];
    if (!this.fingers.has(pointer)) return false;
    this.fingers.set(pointer, spot);
    const after = [...this.fingers.values()];
    if (this.pinching && after.length === 2) shift(before, after, stage);
    return this.pinching;
  }

  up(pointer: number): void {
    this.fingers.delete(pointer);
    if (this.fingers.size === 0) this.pinching = false;
  }
}

function shift(before: readonly Spot[], after: readonly Spot[], stage: Stage | null): void {
  const [a, b] = before as [Spot, Spot];
  const [c, d] = after as [Spot, Spot];
  const middle = (p: Spot, q: Spot): Spot => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
  const [from, to] = [middle(a, b), middle(c, d)];
  stage?.panBy(to[0] - from[0], to[1] - from[1]);
  const far = Math.hypot(a[0] - b[0], a[1] - b[1]);
  if (far > 0) stage?.zoomAt(to, Math.hypot(c[0] - d[0], c[1] - d[1]) / far);
}

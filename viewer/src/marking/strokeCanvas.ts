import type { Affine } from "../viewport/affine";
import { boundsOf, type Mask, type Rect } from "./masks";
import { isEmpty } from "./painting";

/** How strong an area is filled, 0 to 1, in a stroke and after it. */
export const FILL = 0.32;

/** The CSS transform of a canvas that has one pixel an image pixel. */
export function canvasTransform({ a, b, c, d, e, f }: Affine): string {
  // A place counts from the first pixel's centre, a canvas from its corner.
  return `matrix(${a}, ${b}, ${c}, ${d}, ${e - (a + c) / 2}, ${f - (b + d) / 2})`;
}

/** Draws a stroke's mask on a canvas, in the canvas' own CSS colour. */
export class MaskPainter {
  private readonly context: CanvasRenderingContext2D | null;
  private readonly colour: number;

  constructor(canvas: HTMLCanvasElement | null) {
    this.context = canvas?.getContext("2d") ?? null;
    // Asked once a stroke: to ask makes the browser lay out the page.
    this.colour = canvas && this.context ? colourOf(canvas, this.context) : 0;
  }

  /** Draws a rectangle of the mask; all of it where none is named. */
  draw(mask: Mask, rect: Rect = boundsOf(mask)): void {
    if (!this.context || isEmpty(rect)) return;
    const { row0, column0, row1, column1 } = rect;
    const image = this.context.createImageData(column1 - column0, row1 - row0);
    const words = new Uint32Array(image.data.buffer);
    let at = 0;
    for (let row = row0; row < row1; row++) {
      for (let column = column0; column < column1; column++, at++) {
        if (mask.pixels[row * mask.columns + column]) words[at] = this.colour;
      }
    }
    this.context.putImageData(image, column0, row0);
  }
}

export function clearCanvas(canvas: HTMLCanvasElement | null): void {
  canvas?.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
}

/** The canvas' text colour as the four bytes of a pixel. */
function colourOf(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): number {
  const text = window.getComputedStyle(canvas).color;
  const [red = 255, green = 255, blue = 255] = (text.match(/[\d.]+/g) ?? []).map(Number);
  const bytes = context.createImageData(1, 1).data;
  bytes.set([red, green, blue, Math.round(FILL * 255)]);
  return new Uint32Array(bytes.buffer)[0] ?? 0;
}

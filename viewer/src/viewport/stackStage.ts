import { Enums, type RenderingEngine, type Types } from "@cornerstonejs/core";
import { affineOf, type Place, type Spot, toSpot } from "./affine";
import { centringShift } from "./centring";
import type { Frame } from "./frames";
import type { Pixels } from "./measuring";
import type { Stage, View } from "./stage";
import { rangeOf, type Voi } from "./windowing";

const ZOOM_LEAST = 0.2;
const ZOOM_MOST = 40;

/** A stack viewport of Cornerstone as a stage. */
export class StackStage implements Stage {
  private readonly rendering: RenderingEngine;
  private readonly element: HTMLDivElement;
  private readonly id: string;
  private readonly viewport: Types.IStackViewport;
  private readonly listeners = new Set<(view: View) => void>();
  private readonly resizing: ResizeObserver;
  private places = new Map<string, number>();
  private wanted = 0;
  private going: Promise<void> | null = null;
  private closed = false;
  /** How the image lay at the last drawing in a pane of this size. */
  private kept: Types.ViewPresentation | null = null;
  private size = "";

  constructor(rendering: RenderingEngine, element: HTMLDivElement, id: string) {
    [this.rendering, this.element, this.id] = [rendering, element, id];
    rendering.enableElement({
      viewportId: id,
      type: Enums.ViewportType.STACK,
      element,
      defaultOptions: { background: [0, 0, 0] },
    });
    this.viewport = rendering.getViewport(id) as Types.IStackViewport;
    this.size = this.sizeNow();
    element.addEventListener(Enums.Events.IMAGE_RENDERED, this.drawn);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(element);
  }

  async open(frames: readonly Frame[], at: number): Promise<void> {
    this.places = new Map(frames.map((frame, index) => [frame.imageId, index]));
    this.wanted = at;
    await this.viewport.setStack(
      frames.map((frame) => frame.imageId),
      at,
    );
    if (this.closed) return;
    this.viewport.setProperties({ voiRange: range(frames[at]?.voi ?? this.ownVoi()) });
    this.kept = null;
    this.fit();
  }

  go(index: number): Promise<void> {
    this.wanted = index;
    this.going ??= this.follow().finally(() => {
      this.going = null;
    });
    return this.going;
  }

  private async follow(): Promise<void> {
    // While one frame is on its way others may be asked for: only the last is gone to.
    while (!this.closed && this.viewport.getCurrentImageIdIndex() !== this.wanted) {
      await this.viewport.setImageIdIndex(this.wanted);
    }
  }

  setVoi(voi: Voi): void {
    this.viewport.setProperties({ voiRange: range(voi) });
    this.viewport.render();
  }

  setInverted(inverted: boolean): void {
    this.viewport.setProperties({ invert: inverted });
    this.viewport.render();
  }

  setFlipped(flipped: boolean): void {
    this.viewport.setCamera({ flipHorizontal: flipped });
    this.viewport.render();
  }

  zoomAt(spot: Spot, factor: number): void {
    const world = this.viewport.canvasToWorld([spot[0], spot[1]]);
    const zoom = this.viewport.getZoom();
    this.viewport.setZoom(Math.min(Math.max(zoom * factor, ZOOM_LEAST), ZOOM_MOST));
    const now = this.viewport.worldToCanvas(world);
    this.panBy(spot[0] - now[0], spot[1] - now[1]);
  }

  panBy(dx: number, dy: number): void {
    const [x, y] = this.viewport.getPan();
    this.viewport.setPan([x + dx, y + dy]);
    this.viewport.render();
  }

  centre(place: Place): void {
    const view = this.view();
    const image = this.viewport.getCornerstoneImage();
    if (!view || !image) return;
    const pane = { width: this.element.clientWidth, height: this.element.clientHeight };
    this.panBy(...centringShift(toSpot(view.matrix, place), view.matrix, image, pane));
  }

  fit(): void {
    this.viewport.resetCamera();
    this.viewport.render();
  }

  pixels(): Pixels | null {
    const image = this.viewport.getCornerstoneImage();
    if (!image || image.color) return null;
    const values = image.voxelManager?.getScalarData() ?? image.getPixelData();
    return { values, rows: image.rows, columns: image.columns };
  }

  watch(listener: (view: View) => void): () => void {
    this.listeners.add(listener);
    const view = this.view();
    if (view) listener(view);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.closed = true;
    this.resizing.disconnect();
    this.element.removeEventListener(Enums.Events.IMAGE_RENDERED, this.drawn);
    this.listeners.clear();
    this.rendering.disableElement(this.id);
  }

  private sizeNow(): string {
    return `${this.element.clientWidth}x${this.element.clientHeight}`;
  }

  private readonly drawn = (): void => {
    // A pane beside may have had all resized before this one is told of its new size.
    if (this.size === this.sizeNow()) this.kept = this.viewport.getViewPresentation();
    const view = this.view();
    if (view) for (const listener of this.listeners) listener(view);
  };

  private resize(): void {
    if (this.closed) return;
    const { kept } = this;
    this.rendering.resize(true, true);
    this.size = this.sizeNow();
    if (!this.viewport.getCornerstoneImage()) return;
    // Enlarged as much as before, but of what now fits.
    this.viewport.resetCamera();
    if (kept) this.viewport.setViewPresentation(kept);
    this.viewport.render();
  }

  private ownVoi(): Voi {
    const pixels = this.pixels();
    const own = pixels ? rangeOf(pixels.values) : null;
    return own ? { low: own.p1, high: Math.max(own.p99, own.p1 + 1) } : { low: 0, high: 255 };
  }

  private view(): View | null {
    const image = this.viewport.getCornerstoneImage();
    const data = this.viewport.getImageData();
    const shown = image ? this.places.get(image.imageId) : undefined;
    if (shown === undefined || !data) return null;
    const { imageData } = data as Types.IImageData;
    const spot = (column: number, row: number): Spot =>
      this.viewport.worldToCanvas(imageData.indexToWorld([column, row, 0]) as Types.Point3);
    const { voiRange, invert } = this.viewport.getProperties();
    return {
      shown,
      matrix: affineOf(spot(0, 0), spot(1, 0), spot(0, 1)),
      voi: { low: voiRange?.lower ?? 0, high: voiRange?.upper ?? 1 },
      zoom: this.viewport.getZoom(),
      inverted: invert ?? false,
      flipped: this.viewport.getCamera().flipHorizontal ?? false,
    };
  }
}

function range(voi: Voi): { lower: number; upper: number } {
  return { lower: voi.low, upper: voi.high };
}

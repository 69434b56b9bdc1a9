import type { Affine, Place, Spot } from "./affine";
import type { Frame } from "./frames";
import type { Pixels } from "./measuring";
import type { Voi } from "./windowing";

/** What a pane shows at this moment; `shown` is the frame whose pixels are on the screen. */
export interface View {
  shown: number;
  matrix: Affine;
  voi: Voi;
  zoom: number;
  inverted: boolean;
  flipped: boolean;
}

/** A place on the page where one series is drawn; the only thing that panes know of the engine. */
export interface Stage {
  /** Shows a series from one of its frames on, fitted to the place. */
  open: (frames: readonly Frame[], at: number) => Promise<void>;
  /** Shows another frame; of several asked for in a row, the last. */
  go: (index: number) => Promise<void>;
  setVoi: (voi: Voi) => void;
  setInverted: (inverted: boolean) => void;
  setFlipped: (flipped: boolean) => void;
  /** Enlarges by a factor; what is at the spot stays there. */
  zoomAt: (spot: Spot, factor: number) => void;
  panBy: (dx: number, dy: number) => void;
  /** Moves a place of the image to the middle. */
  centre: (place: Place) => void;
  fit: () => void;
  /** The values of the frame that is shown. */
  pixels: () => Pixels | null;
  /** Told after each drawing. Gives what ends the telling. */
  watch: (listener: (view: View) => void) => () => void;
  close: () => void;
}

/** The image engine. */
export interface Engine {
  stage: (element: HTMLDivElement) => Stage;
  /** The frames of a series, in reading order. */
  frames: (study: string, series: string) => Promise<Frame[]>;
  /** Fetches and decodes a frame, to be there when it is shown. */
  load: (imageId: string) => Promise<unknown>;
  /** Draws a frame small. */
  thumbnail: (frame: Frame, canvas: HTMLCanvasElement) => Promise<void>;
}

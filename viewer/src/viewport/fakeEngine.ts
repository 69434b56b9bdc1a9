import { affineOf, type Place, type Spot } from "./affine";
import type { Frame } from "./frames";
import type { Pixels } from "./measuring";
import type { Engine, Stage, View } from "./stage";
import type { Voi } from "./windowing";

/** Draws nothing, but says what it would show: each pixel is two CSS pixels wide and high. */
export class FakeStage implements Stage {
  readonly did: string[] = [];
  readonly element: HTMLDivElement;
  private listener: ((view: View) => void) | null = null;
  private view: View | null = null;
  private frames: readonly Frame[] = [];
  private wanted = 0;

  constructor(element: HTMLDivElement) {
    this.element = element;
  }

  get shown(): Frame | undefined {
    return this.view ? this.frames[this.view.shown] : undefined;
  }

  async open(frames: readonly Frame[], at: number): Promise<void> {
    this.frames = frames;
    this.did.push(`open ${at}`);
    const matrix = affineOf([1, 1], [3, 1], [1, 3]);
    const voi = { low: 0, high: 100 };
    await Promise.resolve();
    this.draw({ shown: at, matrix, voi, zoom: 1, inverted: false, flipped: false });
  }

  async go(index: number): Promise<void> {
    this.wanted = index;
    await Promise.resolve();
    if (this.view && this.wanted !== this.view.shown) {
      this.draw({ ...this.view, shown: this.wanted });
    }
  }

  setVoi(voi: Voi): void {
    this.change({ voi });
  }

  setInverted(inverted: boolean): void {
    this.change({ inverted });
  }

  setFlipped(flipped: boolean): void {
    this.change({ flipped });
  }

  zoomAt(spot: Spot, factor: number): void {
    this.did.push(`zoom at ${spot.join()}`);
    this.change({ zoom: (this.view?.zoom ?? 1) * factor });
  }

  panBy(dx: number, dy: number): void {
    this.did.push(`pan ${dx},${dy}`);
  }

  centre(place: Place): void {
    this.did.push(`centre ${place.join()}`);
  }

  fit(): void {
    this.did.push("fit");
  }

  pixels(): Pixels {
    const values = Array.from({ length: 200 }, (_, at) => at);
    return { values, rows: 20, columns: 10 };
  }

  watch(listener: (view: View) => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = null;
    };
  }

  close(): void {
    this.did.push("close");
  }

  /** A moment later, as an engine draws: never while the page is being laid out. */
  private change(part: Partial<View>): void {
    void Promise.resolve().then(() => {
      if (this.view) this.draw({ ...this.view, ...part });
    });
  }

  private draw(view: View): void {
    this.view = view;
    this.listener?.(view);
  }
}

/** An engine that keeps its stages and what was fetched; series are given by their UID. */
export function fakeEngine(series: Readonly<Record<string, Frame[] | "broken">>): {
  engine: Engine;
  stages: FakeStage[];
  fetched: string[];
  mend: (uid: string, frames: Frame[]) => void;
} {
  const known = new Map(Object.entries(series));
  const stages: FakeStage[] = [];
  const fetched: string[] = [];
  const engine: Engine = {
    stage: (element) => {
      const stage = new FakeStage(element);
      stages.push(stage);
      return stage;
    },
    frames: async (_study, uid) => {
      const frames = known.get(uid);
      if (!frames || frames === "broken") throw new Error("not to be had");
      return frames;
    },
    load: async (imageId) => void fetched.push(imageId),
    thumbnail: async () => undefined,
  };
  return { engine, stages, fetched, mend: (uid, frames) => void known.set(uid, frames) };
}

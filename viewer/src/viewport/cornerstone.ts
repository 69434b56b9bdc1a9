/**
 * The image engine by Cornerstone3D: stacks over DICOMweb, drawn by WebGL.
 *
 * Its processor rendering is never chosen, even where WebGL is emulated: it draws half an image
 * pixel beside where it says that it does, and overlays would lie beside the anatomy.
 */
import * as core from "@cornerstonejs/core";
import * as loader from "@cornerstonejs/dicom-image-loader";
import type { DicomJson } from "./dicomJson";
import { type Frame, framesOf } from "./frames";
import { StackStage } from "./stackStage";
import type { Engine } from "./stage";
import { smallPicture, smallSize } from "./thumbnail";
import { rangeOf } from "./windowing";

const MOST_CACHED_BYTES = 1.5 * 2 ** 30;
const MOST_PANES = 4;
const THUMBNAIL_PX = 112;

/** Starts the engine; once a page, since Cornerstone keeps its state in its modules. */
export function startCornerstone(): Engine {
  core.init({ rendering: { webGlContextCount: MOST_PANES } } as Parameters<typeof core.init>[0]);
  core.cache.setMaxCacheSize(MOST_CACHED_BYTES);
  loader.init({ maxWebWorkers: 2 });
  const rendering = new core.RenderingEngine("condyle");
  const series = new Map<string, Promise<Frame[]>>();
  let stages = 0;
  return {
    stage: (element) => new StackStage(rendering, element, `pane-${++stages}`),
    frames: (study, uid) => {
      const address = `/dicomweb/studies/${study}/series/${uid}`;
      const known = series.get(address) ?? fetchFrames(address);
      series.set(address, known);
      known.catch(() => series.delete(address));
      return known;
    },
    load,
    thumbnail: async (frame, canvas) => drawSmall(frame, await load(frame.imageId), canvas),
  };
}

function load(imageId: string): Promise<core.Types.IImage> {
  const { requestType, priority } = { requestType: core.Enums.RequestType.Prefetch, priority: 0 };
  return core.imageLoader.loadAndCacheImage(imageId, { requestType, priority });
}

function drawSmall(frame: Frame, image: core.Types.IImage, canvas: HTMLCanvasElement): void {
  const { row, column } = frame.spacing ?? { row: 1, column: 1 };
  const size = smallSize(frame.rows * row, frame.columns * column, THUMBNAIL_PX);
  const values = image.getPixelData();
  const channels = Math.max(1, Math.round(values.length / (image.rows * image.columns)));
  const range = rangeOf(values);
  const picture = { ...image, values, channels, inverted: image.invert };
  canvas.width = size.width;
  canvas.height = size.height;
  const bytes = smallPicture(picture, size, frame.voi ?? { low: range.p1, high: range.p99 });
  canvas.getContext("2d")?.putImageData(new ImageData(bytes, size.width), 0, 0);
}

async function fetchFrames(address: string): Promise<Frame[]> {
  const answer = await fetch(`${address}/metadata`, {
    headers: { Accept: "application/dicom+json" },
    credentials: "same-origin",
  });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${address}/metadata`);
  const headers = (await answer.json()) as DicomJson[];
  for (const header of headers) {
    const uid = header["00080018"]?.Value?.[0];
    const first = `wadors:${address}/instances/${String(uid)}/frames/1`;
    loader.wadors.metaDataManager.add(first, header as never);
  }
  return framesOf(headers, address);
}

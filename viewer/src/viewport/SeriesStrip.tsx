import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../words";
import type { FramesBySeries } from "./panes";
import type { SeriesSource } from "./source";
import type { Engine } from "./stage";

/** The series to choose from; a click or a drag puts one into a pane. */
export function SeriesStrip({
  sources,
  shown,
  frames,
  engine,
  ready,
  choose,
}: {
  sources: readonly SeriesSource[];
  shown: ReadonlySet<string>;
  frames: FramesBySeries;
  engine: Engine | null;
  /** Whether the first image is there, so that small ones may be fetched. */
  ready: boolean;
  choose: (series: string) => void;
}): ReactNode {
  const { say, count, date } = useWords();
  return (
    <ul className="series-strip" aria-label={say("viewer.series")}>
      {sources.map((source) => (
        <li key={source.uid}>
          <button
            type="button"
            className="series-choice"
            aria-pressed={shown.has(source.uid)}
            draggable
            onDragStart={(event) => event.dataTransfer.setData("text/x-series", source.uid)}
            onClick={() => choose(source.uid)}
            title={source.title}
          >
            <Thumbnail engine={ready ? engine : null} frames={frames.get(source.uid)} />
            <span className="series-title">{source.title}</span>
            <span className="series-facts">
              {source.modality} · {count("viewer.images", source.count)}
            </span>
            {source.prior ? (
              <span className="series-prior">
                {say("viewer.prior", { date: date(source.prior) })}
              </span>
            ) : null}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Thumbnail({
  engine,
  frames,
}: {
  engine: Engine | null;
  frames: FramesBySeries extends ReadonlyMap<string, infer Frames> ? Frames | undefined : never;
}): ReactNode {
  const canvas = useRef<HTMLCanvasElement | null>(null);
  const middle = frames?.[Math.floor(frames.length / 2)];
  useEffect(() => {
    if (!engine || !middle || !canvas.current) return;
    // A series without a small picture can be chosen all the same.
    engine.thumbnail(middle, canvas.current).catch(() => undefined);
  }, [engine, middle]);
  return (
    <span className="thumbnail">
      <canvas ref={canvas} aria-hidden="true" width={1} height={1} />
    </span>
  );
}

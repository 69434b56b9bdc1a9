import { type ReactNode, useId } from "react";
import type { DrawnMap } from "./drawing";

/** So steep that a pixel is filled or not. */
const STEEP = 64;

const HALF_A_STEP = 0.5 / 255;

/** Grey to colour and strength: red where a little speaks for a finding, yellow where most does. */
const HEAT = "0.2 0 0 0 0.8  0.8 0 0 0 0.1  0 0 0 0 0.05  0.85 0 0 0 0";

/** A probability map, filled from a threshold on, or a heat map, where its image is drawn. */
export function MapImage({ map }: { map: DrawnMap }): ReactNode {
  const id = useId();
  return (
    <g className={map.from === null ? "map map-heat" : "map map-probability"} data-map={map.id}>
      <filter id={id} colorInterpolationFilters="sRGB" x="0" y="0" width="1" height="1">
        <feColorMatrix type="matrix" values={map.from === null ? HEAT : filledFrom(map.from)} />
      </filter>
      <image
        {...{ href: map.href, width: map.columns, height: map.rows }}
        x={-0.5}
        y={-0.5}
        preserveAspectRatio="none"
        filter={`url(#${id})`}
      />
    </g>
  );
}

/** Nothing under the threshold, one colour from it on. */
export function filledFrom(threshold: number): string {
  const begins = -STEEP * (threshold - HALF_A_STEP);
  return `0 0 0 0 0.94  0 0 0 0 0.44  0 0 0 0 0.56  ${STEEP} 0 0 0 ${begins.toFixed(3)}`;
}

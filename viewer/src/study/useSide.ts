import { type CSSProperties, useState } from "react";

const KEPT_AS = "condyle-side";
export const NARROW_PX = 368;
const LEAST_PX = 288;
/** How much of the window the images keep at the least. */
const IMAGES_SHARE = 0.3;

/** How wide the side beside the images is; kept while this browser tab is open. */
export interface Side {
  width: number;
  set: (width: number) => void;
  most: number;
  least: number;
  wide: boolean;
  setWide: (wide: boolean) => void;
  style: CSSProperties;
}

/** Keeps a width within what window and words need. */
export function fitting(width: number, window_: number): number {
  return Math.round(Math.min(Math.max(width, LEAST_PX), mostOf(window_)));
}

function mostOf(window_: number): number {
  return Math.max(LEAST_PX, Math.round(window_ * (1 - IMAGES_SHARE)));
}

/** Half of the window: as comfortable to write in as there is, with the images still beside it. */
function wideOf(window_: number): number {
  return fitting(Math.max(window_ / 2, NARROW_PX), window_);
}

/** The width of the side beside the images. */
export function useSide(): Side {
  const [width, setWidth] = useState(() => {
    const kept = Number(window.sessionStorage.getItem(KEPT_AS));
    return kept > 0 ? fitting(kept, window.innerWidth) : NARROW_PX;
  });
  const set = (wanted: number) => {
    const next = fitting(wanted, window.innerWidth);
    window.sessionStorage.setItem(KEPT_AS, String(next));
    setWidth(next);
  };
  return {
    ...{ width, set },
    most: mostOf(window.innerWidth),
    least: LEAST_PX,
    wide: width > NARROW_PX,
    setWide: (wide) => set(wide ? wideOf(window.innerWidth) : NARROW_PX),
    style: { "--side": `${width}px` } as CSSProperties,
  };
}

import type { ReactNode } from "react";
import type { Tool } from "./tools";

export type IconName =
  | Tool
  | "clear"
  | "invert"
  | "flip"
  | "reset"
  | "link"
  | "layout1"
  | "layout2"
  | "layout4";

/** Each icon's lines on a field of 20 by 20. */
const PATHS: Record<IconName, string> = {
  window: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  scroll: "M10 2v16M6.5 5.5 10 2l3.5 3.5M6.5 14.5 10 18l3.5-3.5",
  zoom: "M8.5 3a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M12.5 12.5 17 17M8.5 6v5M6 8.5h5",
  pan: "M10 2v16M2 10h16M7.5 4.5 10 2l2.5 2.5M7.5 15.5 10 18l2.5-2.5M4.5 7.5 2 10l2.5 2.5M15.5 7.5 18 10l-2.5 2.5",
  length: "M3 17 17 3M1.5 15.5l3 3M15.5 1.5l3 3M8 9l1.5 1.5M10.5 6.5 12 8",
  angle: "M16 3 4 16h13M9.5 16a5.5 5.5 0 0 0-1.8-4",
  ellipse: "M10 5c4 0 7 2.2 7 5s-3 5-7 5-7-2.2-7-5 3-5 7-5z",
  probe: "M10 2v6M10 12v6M2 10h6M12 10h6",
  clear: "M4 6h12M8 6V4h4v2M5.5 6l.8 11h7.4l.8-11M8.5 9v5M11.5 9v5",
  invert: "M3 3h14v14H3zM3 17 17 3M7 17V13M11 17V9M15 17V5",
  flip: "M10 2v16M7.5 5 3 15h4.5zM12.5 5 17 15h-4.5z",
  reset: "M4 4v4h4M4.3 8A6.5 6.5 0 1 1 3.5 11",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1",
  layout1: "M3 3h14v14H3z",
  layout2: "M3 3h14v14H3zM10 3v14",
  layout4: "M3 3h14v14H3zM10 3v14M3 10h14",
};

/** The picture of a tool; its button says its name. */
export function ToolIcon({ name }: { name: IconName }): ReactNode {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" className="icon">
      <path d={PATHS[name]} />
      {name === "window" ? <path d="M10 3a7 7 0 1 0 0 14z" className="icon-full" /> : null}
    </svg>
  );
}

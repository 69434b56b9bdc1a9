import type { ReactNode } from "react";
import type { MarkTool } from "./marks";

export type MarkIconName =
  | MarkTool
  | "look"
  | "undo"
  | "redo"
  | "remove"
  | "clear"
  | "before"
  | "after"
  | "addBox";

/** Each icon's lines on a field of 20 by 20. */
const PATHS: Record<MarkIconName, string> = {
  brush: "M17 3 9.5 10.5M11.5 12.5 17 3M9.5 10.5c-2.5-.6-4.4.8-4.6 3.2-.1 1.4-.8 2.4-2.4 2.8 3.6 1.4 8.6.6 9-4z",
  erase: "M8 16h9M3 12.5 11.5 4l5 5L9.5 16H6.5zM7 8.5l5 5",
  outline: "M4 7c1-4 7-5 10-2s3 7 0 9-8 2-9-1",
  box: "M4 5h12v10H4zM2.5 3.5h3v3h-3zM14.5 3.5h3v3h-3zM2.5 13.5h3v3h-3zM14.5 13.5h3v3h-3z",
  look: "M5 3v12l3.5-3 2.2 5 2-.9-2.2-4.8H15z",
  undo: "M7 4 3 8l4 4M3.5 8H12a4.5 4.5 0 0 1 0 9H9",
  redo: "M13 4l4 4-4 4M16.5 8H8a4.5 4.5 0 0 0 0 9h3",
  remove: "M5 5l10 10M15 5 5 15",
  clear: "M4 6h12M8 6V4h4v2M5.5 6l.8 11h7.4l.8-11M8.5 9v5M11.5 9v5",
  before: "M3 3h10v10H3zM17 7v10H7M10 5.5v5M7.8 8.3 10 10.5l2.2-2.2",
  after: "M7 7h10v10H7zM3 13V3h10M12 14.5v-5M9.8 11.7 12 9.5l2.2 2.2",
  addBox: "M3 5v10h14V5zM10 7.5v5M7.5 10h5",
};

/** The picture of an act of marking; its button says its name. */
export function MarkIcon({ name }: { name: MarkIconName }): ReactNode {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" className="icon">
      <path d={PATHS[name]} />
    </svg>
  );
}

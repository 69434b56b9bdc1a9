import type { ReactNode } from "react";
import { useWords } from "../words";
import type { Frame } from "./frames";
import type { View } from "./stage";
import { toWindow } from "./windowing";

/** What stands in a pane's corners: the series, its slice, window and zoom, and the pixel's size. */
export function Corners({
  title,
  frame,
  view,
  count,
}: {
  title: string;
  frame: Frame | undefined;
  view: View | null;
  count: number;
}): ReactNode {
  const { say, number } = useWords();
  const spacing = frame?.spacing;
  const window = view ? toWindow(view.voi) : null;
  return (
    <div className="corners">
      <span className="corner corner-title">{title}</span>
      {view ? (
        <>
          <span className="corner corner-slice">
            {say("viewer.slice", { n: view.shown + 1, count })}
          </span>
          <span className="corner corner-window">
            {say("viewer.window", {
              width: number(Math.round(window?.width ?? 0)),
              centre: number(Math.round(window?.centre ?? 0)),
            })}
          </span>
          <span className="corner corner-zoom">
            {say("viewer.zoom", { percent: Math.round(view.zoom * 100) })}
            {view.inverted ? ` · ${say("viewer.inverted")}` : ""}
            {view.flipped ? ` · ${say("viewer.flipped")}` : ""}
            {spacing ? "" : ` · ${say("viewer.noSpacing")}`}
          </span>
        </>
      ) : null}
    </div>
  );
}

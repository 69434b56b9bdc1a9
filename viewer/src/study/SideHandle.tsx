import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from "react";
import { useWords } from "../words";
import type { Side } from "./useSide";

const STEP_PX = 32;

/** The line between images and side: dragged, moved by arrow keys, or clicked twice. */
export function SideHandle({ side }: { side: Side }): ReactNode {
  const { say } = useWords();
  const from = useRef<{ x: number; width: number } | null>(null);
  function keys(event: KeyboardEvent) {
    const to = {
      ArrowLeft: side.width + STEP_PX,
      ArrowRight: side.width - STEP_PX,
      Home: side.most,
      End: side.least,
    }[event.key];
    if (to === undefined) return;
    // The same keys scroll the images elsewhere.
    event.preventDefault();
    event.stopPropagation();
    side.set(to);
  }
  function begin(event: PointerEvent<HTMLDivElement>) {
    event.currentTarget.setPointerCapture?.(event.pointerId);
    from.current = { x: event.clientX, width: side.width };
  }
  return (
    <div
      className="side-handle"
      role="separator"
      aria-orientation="vertical"
      aria-label={say("reports.handle")}
      aria-valuenow={side.width}
      aria-valuemin={side.least}
      aria-valuemax={side.most}
      tabIndex={0}
      onKeyDown={keys}
      onDoubleClick={() => side.setWide(!side.wide)}
      onPointerDown={begin}
      onPointerMove={(event) => {
        if (from.current) side.set(from.current.width + from.current.x - event.clientX);
      }}
      onPointerUp={() => {
        from.current = null;
      }}
    />
  );
}

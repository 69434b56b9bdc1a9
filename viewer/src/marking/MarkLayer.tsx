import type { ReactNode } from "react";
import type { Frame } from "../viewport/frames";
import type { Stage, View } from "../viewport/stage";
import type { Marking } from "./marking";

export interface MarkLayerProps {
  marking: Marking;
  series: string;
  frames: readonly Frame[];
  view: View;
  stage: Stage | null;
  /** Whether the pane is the active one, whose frame the keys act on. */
  active: boolean;
  /** Makes the pane the active one. */
  activate: () => void;
}

/** What is marked on a pane's frame, and what takes the pointer to draw on it. */
export function MarkLayer(_props: MarkLayerProps): ReactNode {
  return null;
}

import type { ReactNode } from "react";
import { useWords } from "../words";

/** Goes through a series' slices by one thumb. */
export function SliceSlider({
  count,
  index,
  goTo,
  title,
}: {
  count: number;
  index: number;
  goTo: (index: number) => void;
  title: string;
}): ReactNode {
  const { say } = useWords();
  return (
    <input
      className="slice-slider"
      type="range"
      min={0}
      max={count - 1}
      value={index}
      aria-label={say("viewer.sliceOf", { title })}
      aria-valuetext={say("viewer.slice", { n: index + 1, count })}
      onChange={(event) => goTo(event.currentTarget.valueAsNumber)}
    />
  );
}

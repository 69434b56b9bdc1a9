import type { ReactNode } from "react";
import { useWords } from "../words";
import { type Affine, matrixText, type Place, toSpot } from "./affine";
import type { Frame } from "./frames";
import type { Measurement, Pixels } from "./measuring";
import { readingOf } from "./reading";

/** What was measured on a frame, with its values beside it. */
export function Measurements({
  measurements,
  matrix,
  frame,
  pixels,
}: {
  measurements: readonly Measurement[];
  matrix: Affine;
  frame: Frame;
  pixels: Pixels | null;
}): ReactNode {
  const { say, number } = useWords();
  return (
    <g className="measurements">
      {measurements.map((measurement) => {
        const lines = readingOf(measurement, frame, pixels, { say, number });
        const last = measurement.places.at(-1) as Place;
        const [x, y] = toSpot(matrix, last);
        return (
          <g key={measurement.id} className="measurement">
            <Figure measurement={measurement} matrix={matrix} />
            <path className="measured-places" d={dotsOf(measurement.places, matrix)} />
            {lines.map((line, at) => (
              <text key={line} x={x + 10} y={y + 4 + at * 15}>
                {line}
              </text>
            ))}
          </g>
        );
      })}
    </g>
  );
}

/** Lines of no length, which round ends make dots. */
function dotsOf(places: readonly Place[], matrix: Affine): string {
  return places.map((place) => `M${toSpot(matrix, place).join(" ")}h0`).join("");
}

function Figure({ measurement, matrix }: { measurement: Measurement; matrix: Affine }): ReactNode {
  const [a, b] = measurement.places;
  if (measurement.tool === "ellipse" && a && b) {
    return (
      <ellipse
        transform={matrixText(matrix)}
        cx={(a[1] + b[1]) / 2}
        cy={(a[0] + b[0]) / 2}
        rx={Math.abs(a[1] - b[1]) / 2}
        ry={Math.abs(a[0] - b[0]) / 2}
      />
    );
  }
  const points = measurement.places.map((place) => toSpot(matrix, place).join()).join(" ");
  return <polyline points={points} />;
}

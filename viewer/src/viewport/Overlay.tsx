import type { ReactNode } from "react";
import { type Affine, matrixText, type Spot, toSpot } from "./affine";
import type { Drawing, Label, Shape } from "./drawing";
import { MapImage } from "./MapImage";
import { lineOf, pathOf } from "./polygons";

const LABEL_GAP_PX = 8;

/** Outlines and labels of a frame, where its image is drawn. */
export function Overlay({
  drawing,
  matrix,
  opacity,
  selected,
}: {
  drawing: Drawing;
  matrix: Affine;
  opacity: number;
  selected: number | null;
}): ReactNode {
  const chosen = (shape: Shape) => selected !== null && shape.findings.includes(selected);
  const shapes = drawing.shapes.toSorted((a, b) => rank(a, chosen) - rank(b, chosen));
  return (
    <g className="overlay" opacity={opacity}>
      <g transform={matrixText(matrix)}>
        {drawing.maps?.map((map) => (
          <MapImage key={map.id} map={map} />
        ))}
        {shapes.map((shape) => (
          <g key={shape.id} className={classOf(shape, chosen(shape))} data-shape={shape.id}>
            <path className="shape-halo" d={pathOf(shape.outlines)} />
            <path className="shape-line" d={pathOf(shape.outlines)} />
          </g>
        ))}
        {drawing.spans?.map(({ id, ends, measure }) => (
          <g key={id} className={`span span-${measure}`} data-span={id}>
            <path className="shape-halo" d={lineOf(ends)} />
            <path className="shape-line" d={lineOf(ends)} />
          </g>
        ))}
      </g>
      {drawing.labels.map((label) => {
        const [x, y] = labelSpot(label, drawing.shapes, matrix);
        return (
          <text key={`${label.level} ${label.shape}`} className="level-label" x={x} y={y} textAnchor="end">
            {label.level}
          </text>
        );
      })}
    </g>
  );
}

function rank(shape: Shape, chosen: (shape: Shape) => boolean): number {
  if (chosen(shape)) return 2;
  return shape.kind === "finding" ? 1 : 0;
}

function classOf(shape: Shape, chosen: boolean): string {
  if (shape.kind === "outside") return `shape shape-outside ${shape.structure}`;
  const of = shape.kind === "structure" ? shape.structure : shape.kind;
  return `shape shape-${of}${chosen ? " shape-chosen" : ""}`;
}

/** Left of the level's disc as it is drawn, so that the label never covers the disc. */
export function labelSpot(label: Label, shapes: readonly Shape[], matrix: Affine): Spot {
  const [x, y] = toSpot(matrix, label.place);
  const spots = shapes
    .filter((shape) => (label.shape ? shape.id === label.shape : shape.level === label.level))
    .flatMap((shape) => shape.outlines.flat())
    .map((place) => toSpot(matrix, place)[0]);
  return [Math.min(x, ...spots) - LABEL_GAP_PX, y];
}

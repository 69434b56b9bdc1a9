import type { ReactNode } from "react";
import { type Affine, matrixText, type Spot, toSpot } from "./affine";
import type { Drawing, Label, Shape } from "./drawing";
import { MapImage } from "./MapImage";
import { lineOf, pathOf } from "./polygons";

const LABEL_GAP_PX = 8;
/** As the labels' font is drawn: the widest letter, a line's height, and what parts two labels. */
const LETTER_PX = 9;
const LINE_PX = 13;
const BETWEEN_PX = 3;

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
      {labelSpots(drawing, matrix).map(({ label, spot: [x, y] }) => (
        <text
          key={`${label.level} ${label.shape}`}
          className={label.tone ? `level-label ${label.tone}` : "level-label"}
          {...{ x, y }}
          textAnchor="end"
        >
          {label.level}
        </text>
      ))}
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

/** Where each label stands; one of a single shape that would lie on another stands left of it. */
export function labelSpots(
  { labels, shapes }: Pick<Drawing, "labels" | "shapes">,
  matrix: Affine,
): { label: Label; spot: Spot }[] {
  const placed: { label: Label; spot: Spot }[] = [];
  const width = (label: Label) => label.level.length * LETTER_PX;
  for (const label of labels) {
    const [from, y] = labelSpot(label, shapes, matrix);
    let x = from;
    const beside = placed.filter(({ spot }) => Math.abs(spot[1] - y) < LINE_PX);
    for (const other of beside.toSorted((a, b) => b.spot[0] - a.spot[0])) {
      const [right] = other.spot;
      const apart = x <= right - width(other.label) || x - width(label) >= right;
      if (label.shape && !apart) x = right - width(other.label) - BETWEEN_PX;
    }
    placed.push({ label, spot: [x, y] });
  }
  return placed;
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

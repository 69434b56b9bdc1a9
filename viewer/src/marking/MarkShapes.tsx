import { memo, type ReactNode } from "react";
import { type Affine, matrixText, toSpot } from "../viewport/affine";
import { type Box, cornersOf, pathOf } from "../viewport/polygons";
import { HANDLES, handlePlace } from "./boxes";
import type { Draft } from "./marking";
import type { Mark, MarkLabel, Ring } from "./marks";

/** The marks of a frame, where its image is drawn; `hidden` is a label whose area is not drawn. */
export function MarkShapes({
  marks,
  labels,
  matrix,
  selected,
  hidden,
}: {
  marks: readonly Mark[];
  labels: readonly MarkLabel[];
  matrix: Affine;
  selected: string | null;
  hidden: string | null;
}): ReactNode {
  const colourOf = (key: string) => labels.find((label) => label.key === key)?.colour;
  const drawn = marks.filter((mark) => mark.box || mark.label !== hidden);
  return (
    <g transform={matrixText(matrix)}>
      {drawn.map((mark) => (
        <g
          key={mark.id}
          className={mark.id === selected ? "mark mark-selected" : "mark"}
          style={{ color: colourOf(mark.label) }}
          data-mark={mark.label}
        >
          {mark.box ? <BoxShape box={mark.box} /> : <AreaShape outlines={mark.outlines} />}
        </g>
      ))}
    </g>
  );
}

/** Not drawn anew where only the image moved: an outline may have thousands of places. */
const AreaShape = memo(function AreaShape({
  outlines,
}: {
  outlines: readonly Ring[];
}): ReactNode {
  const path = pathOf(outlines);
  return (
    <>
      <path className="mark-area" d={path} fillRule="evenodd" />
      <path className="mark-halo" d={path} />
      <path className="mark-line" d={path} />
    </>
  );
});

function BoxShape({ box }: { box: Box }): ReactNode {
  const path = pathOf([cornersOf(box)]);
  return (
    <>
      <path className="mark-halo" d={path} />
      <path className="mark-line" d={path} />
    </>
  );
}

/** The handles of the selected box, each as large at any enlargement. */
export function Handles({ box, matrix }: { box: Box; matrix: Affine }): ReactNode {
  return (
    <g className="mark-handles">
      {HANDLES.map((handle) => {
        const [x, y] = toSpot(matrix, handlePlace(box, handle));
        const name = `${handle.row},${handle.column}`;
        return <rect key={name} x={x - 4} y={y - 4} width={8} height={8} />;
      })}
    </g>
  );
}

/** What is being drawn: the open line up to the pointer, or the box. */
export function DraftShape({
  draft,
  colour,
  matrix,
  to,
}: {
  draft: Draft;
  colour: string | undefined;
  matrix: Affine;
  to: Ring[number] | null;
}): ReactNode {
  const spots = [...draft.ring, ...(to ? [to] : [])].map((place) => toSpot(matrix, place).join());
  const [first] = draft.ring;
  const [x, y] = first ? toSpot(matrix, first) : [0, 0];
  return (
    <g className="mark mark-draft" style={{ color: colour }}>
      {draft.box ? (
        <g transform={matrixText(matrix)}>
          <BoxShape box={draft.box.box} />
        </g>
      ) : null}
      {first ? (
        <>
          <polyline className="mark-halo" points={spots.join(" ")} />
          <polyline className="mark-line" points={spots.join(" ")} />
          <circle className="mark-first" cx={x} cy={y} r={5} />
        </>
      ) : null}
    </g>
  );
}

/** The brush where the pointer is: as large as what it paints. */
export function Brush({
  at,
  radius,
  matrix,
  erases,
}: {
  at: Ring[number];
  radius: number;
  matrix: Affine;
  erases: boolean;
}): ReactNode {
  return (
    <g transform={matrixText(matrix)} className={erases ? "mark-brush mark-eraser" : "mark-brush"}>
      <circle className="mark-halo" cx={at[1]} cy={at[0]} r={radius} />
      <circle className="mark-line" cx={at[1]} cy={at[0]} r={radius} />
    </g>
  );
}

/** Where keys draw: a cross, as large at any enlargement. */
export function KeyCursor({ at, matrix }: { at: Ring[number]; matrix: Affine }): ReactNode {
  const [x, y] = toSpot(matrix, at);
  const path = `M${x - 9} ${y}H${x - 3}M${x + 3} ${y}H${x + 9}M${x} ${y - 9}V${y - 3}M${x} ${y + 3}V${y + 9}`;
  return (
    <g className="mark-cursor">
      <path className="mark-halo" d={path} />
      <path className="mark-line" d={path} />
    </g>
  );
}

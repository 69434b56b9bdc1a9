/** A point or direction in the patient, in mm along left, posterior and superior. */
export type Vector = readonly [number, number, number];

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: Vector, b: Vector): Vector {
  return [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
}

/** `start + along * distance`. */
export function moved(start: Vector, along: Vector, distance: number): Vector {
  return [
    start[0] + along[0] * distance,
    start[1] + along[1] * distance,
    start[2] + along[2] * distance,
  ];
}

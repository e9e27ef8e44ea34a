/** A point of a curve, in the units of its axes. */
export interface XY {
  readonly x: number
  readonly y: number
}

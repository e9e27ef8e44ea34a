/** @file What the toy's pictures show, in numbers. */
import { inDegrees } from '../plot/degrees.ts'
import type { DecisionRule } from '../plot/sectors.ts'

/** Features of one set: [N, D] and their labels. */
export interface ToyPoints {
  readonly features: Float32Array
  readonly labels: Int32Array
}

/** Angles in degrees, errors as shares. */
export interface ToyMeasure {
  /** Share of points that another class wins. */
  readonly error: number
  /** Root mean square angle of a point to the mean direction of its class. */
  readonly withinSpread: number
  /** Smallest angle between two classes' mean directions. */
  readonly smallestBetween: number
}

type Vector = readonly number[]

const dot = (a: Vector, b: Vector): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

const unit = (vector: Vector): Vector => {
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}

/** The angle between unit vectors, in radians; exact near 0 and π too, where the arc cosine is not. */
const angleBetween = (a: Vector, b: Vector): number =>
  2 *
  Math.atan2(
    Math.hypot(...a.map((value, index) => value - (b[index] ?? 0))),
    Math.hypot(...a.map((value, index) => value + (b[index] ?? 0))),
  )

const rowsOf = (flat: ArrayLike<number>, dimensions: number): Vector[] =>
  Array.from({ length: flat.length / dimensions }, (_, row) =>
    Array.from({ length: dimensions }, (__, index) => flat[dimensions * row + index] ?? 0),
  )

/** Measures points against class weights [C, D]. */
export function measureToy(
  { features, labels }: ToyPoints,
  weights: ArrayLike<number>,
  rule: DecisionRule,
  dimensions: number = 2,
): ToyMeasure {
  const classes = rowsOf(weights, dimensions).map((row) => (rule.normaliseWeights ? unit(row) : row))
  const directions = rowsOf(features, dimensions).map(unit)
  const sums = classes.map(() => new Array<number>(dimensions).fill(0))
  directions.forEach((direction, row) => {
    const sum = sums[labels[row] ?? 0]
    direction.forEach((value, index) => {
      if (sum !== undefined) sum[index] = (sum[index] ?? 0) + value
    })
  })
  const means = sums.map(unit)
  const wins = (direction: Vector, own: number): boolean => {
    const logits = classes.map((weight) => dot(weight, direction))
    return logits.indexOf(Math.max(...logits)) === own
  }
  const wrong = directions.filter((direction, row) => !wins(direction, labels[row] ?? 0)).length
  const squares = directions.map(
    (direction, row) => angleBetween(direction, means[labels[row] ?? 0] ?? direction) ** 2,
  )
  const between = means.flatMap((mean, index) =>
    means.slice(0, index).map((other) => angleBetween(mean, other)),
  )
  return {
    error: wrong / labels.length,
    withinSpread: inDegrees(Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / labels.length)),
    smallestBetween: inDegrees(between.reduce((least, angle) => Math.min(least, angle), Math.PI)),
  }
}

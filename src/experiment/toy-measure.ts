/** @file What the toy's pictures show, in numbers. */
import { decide, type DecisionRule } from '../plot/sectors.ts'

/** Features of one set: [N, 2] and their labels. */
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

const turned = (from: number, to: number): number => {
  const turn = Math.abs(from - to) % (2 * Math.PI)
  return turn > Math.PI ? 2 * Math.PI - turn : turn
}

const inDegrees = (radians: number): number => (radians * 180) / Math.PI

/** Measures points against class weights [C, 2]. */
export function measureToy(points: ToyPoints, weights: ArrayLike<number>, rule: DecisionRule): ToyMeasure {
  const { features, labels } = points
  const angles = Array.from(labels, (_, row) =>
    Math.atan2(features[2 * row + 1] ?? 0, features[2 * row] ?? 0),
  )
  const means = Array.from({ length: weights.length / 2 }, (_, label) => {
    const own = angles.filter((__, row) => labels[row] === label)
    return Math.atan2(
      own.reduce((sum, angle) => sum + Math.sin(angle), 0),
      own.reduce((sum, angle) => sum + Math.cos(angle), 0),
    )
  })
  const wrong = angles.filter((angle, row) => decide(weights, rule, angle).winner !== labels[row]).length
  const squares = angles.map((angle, row) => turned(angle, means[labels[row] ?? 0] ?? 0) ** 2)
  const between = means.flatMap((mean, index) => means.slice(0, index).map((other) => turned(mean, other)))
  return {
    error: wrong / labels.length,
    withinSpread: inDegrees(Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / labels.length)),
    smallestBetween: inDegrees(between.reduce((least, angle) => Math.min(least, angle), Math.PI)),
  }
}

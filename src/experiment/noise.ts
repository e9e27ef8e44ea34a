/** @file The note's second claim: noise on the features flips decisions, fewer of them where a margin was asked for. */
import { checkNumber } from '../base/check.ts'
import { random } from '../base/random.ts'
import type { DecisionRule } from '../plot/sectors.ts'

/** Features with the class weights that decide over them. */
export interface DecidedFeatures {
  /** [N, D], raw. */
  readonly features: ArrayLike<number>
  /** [N], each in [0, C). */
  readonly labels: ArrayLike<number>
  /** [C, D], raw. */
  readonly weights: ArrayLike<number>
  readonly rule: DecisionRule
}

/** Features after noise, and what became of the decisions. */
export interface NoisyFeatures {
  /** [N, D]; each has the length it had. */
  readonly features: Float64Array
  /** The rows whose decision is another one than before. */
  readonly flipped: readonly number[]
}

/** The class with the largest logit, for a feature [D]. */
export function winnerOf(
  weights: ArrayLike<number>,
  { normaliseWeights }: DecisionRule,
  feature: ArrayLike<number>,
): number {
  const size = feature.length
  let [winner, best] = [-1, -Infinity]
  for (let row = 0; row < weights.length / size; row++) {
    let [product, square] = [0, 0]
    for (let i = 0; i < size; i++) {
      const weight = weights[row * size + i] ?? 0
      product += weight * (feature[i] ?? 0)
      square += weight * weight
    }
    const logit = normaliseWeights ? product / (Math.sqrt(square) || 1) : product
    if (logit > best) [winner, best] = [row, logit]
  }
  return winner
}

/** What one row's noise is made of. */
interface Turn {
  readonly feature: Float64Array
  readonly length: number
  /** A unit direction at right angles to the feature. */
  readonly away: Float64Array
  /** A normal deviate, in units of the strength. */
  readonly deviate: number
  /** The class without noise. */
  readonly winner: number
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)

/** The noise of every row; equal seeds and rows draw equal numbers, whatever the set. */
function turnsOf(set: DecidedFeatures, seed: number): Turn[] {
  const rows = set.labels.length
  const size = rows === 0 ? 0 : set.features.length / rows
  return Array.from({ length: rows }, (_, row) => {
    const feature = Float64Array.from({ length: size }, (__, i) => set.features[row * size + i] ?? 0)
    const stream = random(seed, 'noise', row)
    const deviate = stream.normal()
    const drawn = feature.map(() => stream.normal())
    const share = dot(drawn, feature) / (dot(feature, feature) || 1)
    const tangent = drawn.map((x, i) => x - share * (feature[i] ?? 0))
    const across = Math.sqrt(dot(tangent, tangent)) || 1
    return {
      feature,
      length: Math.sqrt(dot(feature, feature)),
      away: tangent.map((x) => x / across),
      deviate,
      winner: winnerOf(set.weights, set.rule, feature),
    }
  })
}

const turnedBy = ({ feature, length, away, deviate }: Turn, degrees: number): Float64Array => {
  const angle = (deviate * degrees * Math.PI) / 180
  return feature.map((x, i) => x * Math.cos(angle) + length * (away[i] ?? 0) * Math.sin(angle))
}

const checkDegrees = (degrees: number): number => checkNumber('degrees', degrees, { min: 0, max: 90 })

/**
 * Turns every feature by an angle drawn from a normal distribution, in a direction drawn evenly; the same draws for every
 * set and every strength, so that what differs is not luck.
 * @param degrees standard deviation of the angle, in [0, 90]
 */
export function withNoise(set: DecidedFeatures, degrees: number, seed: number): NoisyFeatures {
  checkDegrees(degrees)
  const turns = turnsOf(set, seed)
  const features = new Float64Array(set.features.length)
  const flipped: number[] = []
  turns.forEach((turn, row) => {
    const turned = turnedBy(turn, degrees)
    features.set(turned, row * turned.length)
    if (winnerOf(set.weights, set.rule, turned) !== turn.winner) flipped.push(row)
  })
  return { features, flipped }
}

/** The share of decisions that noise of each strength flips. @param strengths degrees, in [0, 90] */
export function flippedShares(set: DecidedFeatures, strengths: readonly number[], seed: number): number[] {
  const turns = turnsOf(set, seed)
  return strengths.map((degrees) => {
    checkDegrees(degrees)
    const flipped = turns.filter(
      (turn) => winnerOf(set.weights, set.rule, turnedBy(turn, degrees)) !== turn.winner,
    )
    return flipped.length / Math.max(1, turns.length)
  })
}

/**
 * Features that meet a loss's demand and no more: spread evenly over the directions that the loss leaves each of C
 * classes, whose weights stand evenly on the circle. For showing the claim before anything was trained.
 * @param each features of each class
 */
export function contentFeatures(rule: DecisionRule, classes: number, each: number): DecidedFeatures {
  const angles = Array.from({ length: classes }, (_, label) => (2 * Math.PI * label) / classes)
  // the largest angle to the own weight at which the demand on the nearer neighbour is met
  const meets = (angle: number): boolean =>
    rule.own(Math.cos(angle)) >= Math.cos((2 * Math.PI) / classes - angle)
  let [low, high] = [0, Math.PI / classes]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (meets(middle)) low = middle
    else high = middle
  }
  const labels = Int32Array.from({ length: classes * each }, (_, row) => row % classes)
  const features = Float64Array.from({ length: 2 * classes * each }, (_, i) => {
    const row = i >> 1
    const place = (2 * (Math.floor(row / classes) + 0.5)) / each - 1
    const angle = (angles[row % classes] ?? 0) + place * low
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)
  })
  return { features, labels, weights: angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]), rule }
}

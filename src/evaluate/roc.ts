/** @file The receiver operating characteristic as exact counts; everything else is read off it. */
import { DataError } from '../base/errors.ts'
import { checkBothKinds } from './pair.ts'

/**
 * How many pairs of each kind score at least each distinct score, from the highest down.
 * A pair is accepted iff its score ≥ the threshold, so these are all the decisions there are (besides accepting none).
 */
export interface Roc {
  /** Distinct scores, descending. */
  readonly thresholds: Float64Array
  /** Pairs of the same person accepted at each threshold. */
  readonly acceptedSame: Uint32Array
  /** Pairs of different people accepted at each threshold. */
  readonly acceptedDifferent: Uint32Array
  readonly same: number
  readonly different: number
}

/** A score and what it should have meant. */
export interface LabelledScore {
  readonly same: boolean
  readonly score: number
}

const descending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort().reverse()

/** Counts the decisions at every distinct score. @throws DataError on a score that is no finite number, or a missing class */
export function roc(scored: readonly LabelledScore[]): Roc {
  const wrong = scored.findIndex(({ score }) => !Number.isFinite(score))
  if (wrong >= 0)
    throw new DataError(`Pair ${wrong + 1} has the score ${scored[wrong]?.score}; no result is given`)
  const same = descending(scored.filter((pair) => pair.same).map(({ score }) => score))
  const different = descending(scored.filter((pair) => !pair.same).map(({ score }) => score))
  checkBothKinds(same.length, different.length)
  const thresholds: number[] = []
  const acceptedSame: number[] = []
  const acceptedDifferent: number[] = []
  let i = 0
  let j = 0
  while (i < same.length || j < different.length) {
    const score = Math.max(same[i] ?? -Infinity, different[j] ?? -Infinity)
    while ((same[i] ?? -Infinity) >= score) i++
    while ((different[j] ?? -Infinity) >= score) j++
    thresholds.push(score)
    acceptedSame.push(i)
    acceptedDifferent.push(j)
  }
  return {
    thresholds: Float64Array.from(thresholds),
    acceptedSame: Uint32Array.from(acceptedSame),
    acceptedDifferent: Uint32Array.from(acceptedDifferent),
    same: same.length,
    different: different.length,
  }
}

/** The area under the curve: the chance that a same pair outscores a different pair, ties counting half. In [0, 1]. */
export function auc(curve: Roc): number {
  let area = 0
  let lastSame = 0
  let lastDifferent = 0
  for (let i = 0; i < curve.thresholds.length; i++) {
    const nextSame = curve.acceptedSame[i] ?? NaN
    const nextDifferent = curve.acceptedDifferent[i] ?? NaN
    // twice the trapezoid, so that the sum stays a whole number
    area += (nextDifferent - lastDifferent) * (nextSame + lastSame)
    lastSame = nextSame
    lastDifferent = nextDifferent
  }
  return area / (2 * curve.same * curve.different)
}

/** The equal error rate: where FAR = 1 − TAR on the curve, linear between its points. In [0, 1]. */
export function eer(curve: Roc): number {
  let lastFar = 0
  let lastFrr = 1
  for (let i = 0; i < curve.thresholds.length; i++) {
    const far = (curve.acceptedDifferent[i] ?? NaN) / curve.different
    const frr = 1 - (curve.acceptedSame[i] ?? NaN) / curve.same
    if (far >= frr) {
      const before = lastFrr - lastFar
      const share = before / (before + far - frr)
      return lastFar + share * (far - lastFar)
    }
    lastFar = far
    lastFrr = frr
  }
  return lastFar
}

/** The next float64 above a finite number: the lowest threshold that refuses a score. */
export function justAbove(value: number): number {
  const view = new DataView(new ArrayBuffer(8))
  if (value === 0) return Number.MIN_VALUE
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return view.getFloat64(0)
}

/** A point of the curve as a report draws it. */
export interface RocPoint {
  readonly threshold: number
  readonly far: number
  readonly tar: number
}

/** The curve's points from strict to lenient, at most about `limit` of them; the ends and the steep parts stay. */
export function rocPoints(curve: Roc, limit = 500): RocPoint[] {
  const points: RocPoint[] = []
  const length = curve.thresholds.length
  // the curve is drawn with a logarithmic FAR, so the first false accepts matter most: step by share of what was accepted
  let next = 0
  for (let i = 0; i < length; i++) {
    const same = curve.acceptedSame[i] ?? NaN
    const different = curve.acceptedDifferent[i] ?? NaN
    const accepted = different + same
    if (accepted < next && i < length - 1) continue
    next = accepted + (curve.same + curve.different) / limit
    if (different < limit / 10) next = 0
    points.push({
      threshold: curve.thresholds[i] ?? NaN,
      far: different / curve.different,
      tar: same / curve.same,
    })
  }
  return points
}

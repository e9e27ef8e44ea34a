/**
 * @file Verification the way insightface's `verification.py` does it, so that its published figures can be compared: squared
 * distances on a grid, ten runs of pairs, the first best threshold, population deviation, VAL at FAR 1e-3.
 */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { mean, standardDeviation } from '../../tensor/statistics.ts'
import { pairsApart, type PeopleOfPairs } from '../identities.ts'
import { peopleInterval } from '../people-interval.ts'
import { checkBothKinds } from '../pair.ts'
import { runsOf } from './folds.ts'
import { insufficientPairs } from '../pair.ts'
import type { Interval } from '../result.ts'

const accuracySteps = 400
const valSteps = 4000
const valFar = 1e-3

export interface InsightfaceResult {
  readonly schema: 'cosface-insightface/1'
  readonly protocol: string
  readonly accuracy: number
  /** What that code prints: over folds, ddof 0; three times `standardError` with ten folds. */
  readonly populationStd: number
  readonly standardError: number
  readonly accuracyInterval: Interval
  /** Squared distances in [0, 4), per fold; same person iff distance < threshold. */
  readonly distanceThresholds: readonly number[]
  /** The folds' mean threshold as a cosine, 1 − d²/2. */
  readonly threshold: number
  /** TAR on each fold at the threshold whose FAR on the others is 1e-3, averaged; its deviation; the FAR reached. */
  readonly val: number
  readonly valStd: number
  readonly valFar: number
  /** Over the people on pairs of one person. */
  readonly valInterval: Interval
  /** Why VAL cannot be relied on, where the pairs are too few for this FAR; that code prints it all the same. */
  readonly valInsufficient?: string
  readonly pairs: {
    readonly total: number
    readonly same: number
    readonly different: number
    /** Pairs left out since an image is missing. */
    readonly skipped?: number
  }
  readonly warnings: readonly string[]
}

/**
 * Squared distances of neighbouring rows (2i, 2i + 1) of raw features [2N, D], each added to its mirror image's, then scaled to
 * length 1; in float64 throughout. @throws DataError on a feature without direction
 */
export function pairDistances(
  raw: Float32Array,
  mirrored: Float32Array | undefined,
  size: number,
): Float64Array {
  const unit = new Float64Array(raw.length)
  for (let start = 0; start < raw.length; start += size) {
    let square = 0
    for (let i = start; i < start + size; i++) {
      const value = (raw[i] ?? NaN) + (mirrored === undefined ? 0 : (mirrored[i] ?? NaN))
      unit[i] = value
      square += value ** 2
    }
    const length = Math.sqrt(square)
    if (!(length > 0 && Number.isFinite(length)))
      throw new DataError(
        `The feature of image ${start / size} has the length ${length}; it has no direction`,
      )
    for (let i = start; i < start + size; i++) unit[i] = (unit[i] ?? NaN) / length
  }
  const distances = new Float64Array(raw.length / size / 2)
  for (let pair = 0; pair < distances.length; pair++) {
    const [a, b] = [2 * pair * size, (2 * pair + 1) * size]
    let sum = 0
    for (let i = 0; i < size; i++) sum += ((unit[a + i] ?? NaN) - (unit[b + i] ?? NaN)) ** 2
    distances[pair] = sum
  }
  return distances
}

/** Accepted pairs of each kind in each fold at each threshold of the grid k·step: the pair counts where distance < k·step. */
interface GridCounts {
  readonly same: readonly Float64Array[]
  readonly different: readonly Float64Array[]
}

const countOnGrid = (
  distances: Float64Array,
  same: readonly boolean[],
  folds: readonly number[],
  steps: number,
  step: number,
): GridCounts => {
  const foldCount = Math.max(...folds) + 1
  const empty = (): Float64Array[] => Array.from({ length: foldCount }, () => new Float64Array(steps))
  const counts = { same: empty(), different: empty() }
  distances.forEach((distance, i) => {
    let k = Math.max(0, Math.min(steps, Math.floor(distance / step)))
    while (k > 0 && distance < (k - 1) * step) k--
    while (k < steps && !(distance < k * step)) k++
    const grid = (same[i] === true ? counts.same : counts.different)[folds[i] ?? -1]
    if (k < steps && grid !== undefined) grid[k] = (grid[k] ?? 0) + 1
  })
  for (const grid of [...counts.same, ...counts.different]) {
    let sum = 0
    grid.forEach((count, k) => (grid[k] = sum += count))
  }
  return counts
}

const sumExcept = (grids: readonly Float64Array[], fold: number, k: number): number => {
  let sum = 0
  for (let other = 0; other < grids.length; other++) if (other !== fold) sum += grids[other]?.[k] ?? NaN
  return sum
}

/** Where FAR on a rising curve over the grid is `target`: linear between the last bracketing points. */
const gridThreshold = (fars: Float64Array, target: number, step: number): number => {
  if ((fars.at(-1) ?? NaN) < target) return 0
  const above = fars.findIndex((far) => far > target)
  if (above < 0) return (fars.length - 1) * step
  if (above === 0) return 0
  const below = above - 1
  const [low = NaN, high = NaN] = fars.subarray(below)
  const share = (target - low) / (high - low)
  return (below + share) * step
}

/**
 * Judges pairs by squared distances in [0, 4]. Pairs keep their order: fold k is the k-th of ten runs.
 * @param people who is on each pair, for intervals. @defaultValue each pair is of people of its own
 * @throws DataError with fewer than ten pairs, one kind only, or a distance that is no finite number
 */
export function insightfaceProtocol(
  distances: Float64Array,
  same: readonly boolean[],
  flip: 'sum' | 'none' = 'sum',
  { first, second, words }: PeopleOfPairs = pairsApart(same.length),
): InsightfaceResult {
  const total = distances.length
  if (total !== same.length) throw new RangeError(`Expected ${same.length} distances, got ${total}`)
  if (total < 10) throw new DataError(`Expected at least 10 pairs for ten folds, got ${total}`)
  const wrong = distances.findIndex((distance) => !Number.isFinite(distance))
  if (wrong >= 0)
    throw new DataError(`Pair ${wrong + 1} has the distance ${distances[wrong]}; no result is given`)
  const sameCount = same.filter(Boolean).length
  checkBothKinds(sameCount, total - sameCount)
  const folds = runsOf(total)
  const perFold = Array.from({ length: 10 }, () => ({ same: 0, different: 0 }))
  folds.forEach((fold, i) => {
    const counts = perFold[fold]
    if (counts !== undefined) counts[same[i] === true ? 'same' : 'different']++
  })
  const grid = countOnGrid(distances, same, folds, accuracySteps, 0.01)
  const fine = countOnGrid(distances, same, folds, valSteps, 0.001)
  const right = new Float64Array(total)
  const weights = new Float64Array(total)
  const found = new Float64Array(total)
  const judged = perFold.map((counts, fold) => {
    let best = 0
    let bestScore = -Infinity
    for (let k = 0; k < accuracySteps; k++) {
      const score = sumExcept(grid.same, fold, k) - sumExcept(grid.different, fold, k)
      if (score > bestScore) [best, bestScore] = [k, score]
    }
    const accepting = (of: readonly Float64Array[]): number => of[fold]?.[best] ?? NaN
    const correct = accepting(grid.same) + counts.different - accepting(grid.different)
    const others = total - sameCount - counts.different
    const fars = new Float64Array(valSteps)
    for (let k = 0; k < valSteps; k++)
      fars[k] = others === 0 ? 0 : sumExcept(fine.different, fold, k) / others
    const limit = gridThreshold(fars, valFar, 0.001)
    let [accepted, falsely] = [0, 0]
    for (let i = 0; i < total; i++) {
      if (folds[i] !== fold) continue
      const distance = distances[i] ?? NaN
      weights[i] = 1 / (perFold.length * (counts.same + counts.different))
      if (distance < best * 0.01 === same[i]) right[i] = weights[i] ?? NaN
      if (!(distance < limit)) continue
      found[i] = 1
      if (same[i] === true) accepted++
      else falsely++
    }
    return {
      threshold: best * 0.01,
      accuracy: correct / (counts.same + counts.different),
      val: counts.same === 0 ? undefined : accepted / counts.same,
      far: counts.different === 0 ? undefined : falsely / counts.different,
    }
  })
  const accuracies = judged.map(({ accuracy }) => accuracy)
  const own = [...same.keys()].filter((i) => same[i] === true)
  const vals = judged.flatMap(({ val }) => val ?? [])
  const fars = judged.flatMap(({ far }) => far ?? [])
  const distanceThresholds = judged.map(({ threshold }) => threshold)
  const oneKind = perFold.filter((counts) => counts.same === 0 || counts.different === 0).length
  const insufficient = insufficientPairs(total - sameCount, valFar)
  const features =
    flip === 'sum' ? 'features of the image and of its mirror image added' : 'features of the image alone'
  return {
    schema: 'cosface-insightface/1',
    protocol:
      `as insightface's verification.py: ${features}, length 1, squared distance; ten runs of pairs in their order; the first ` +
      'most accurate of the thresholds 0, 0.01 … 3.99 on the other folds; same person iff distance < threshold; VAL at FAR ' +
      `1e-3, threshold linear between 0, 0.001 … 3.999; ${words}`,
    accuracy: mean(accuracies),
    populationStd: standardDeviation(accuracies, 0),
    standardError: standardDeviation(accuracies, 1) / Math.sqrt(10),
    accuracyInterval: peopleInterval({ hits: right, totals: weights, first, second }),
    distanceThresholds,
    threshold: 1 - mean(distanceThresholds) / 2,
    val: mean(vals),
    valStd: standardDeviation(vals, 0),
    valFar: mean(fars),
    valInterval: peopleInterval({
      hits: own.map((i) => found[i] ?? NaN),
      first: own.map((i) => first[i] ?? NaN),
    }),
    ...given({ valInsufficient: insufficient }),
    pairs: { total, same: sameCount, different: total - sameCount },
    warnings: oneKind === 0 ? [] : [`${oneKind} of the ten folds hold pairs of one kind only`],
  }
}

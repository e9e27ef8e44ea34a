/**
 * @file Operating points read off two sorted lists of scores, one of pairs of the same person and one of different people: no
 * other copy is made, so millions of scores are held once.
 */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { wilson } from '../interval.ts'
import { checkBothKinds, insufficientPairs } from '../pair.ts'
import type { Interval, TarAtFar } from '../result.ts'
import { justAbove } from '../roc.ts'

export type Scores = Float32Array | Float64Array

/** Scores of both kinds, ascending. */
export interface SortedScores {
  readonly same: Scores
  readonly different: Scores
}

/** Sorts both lists in place. @throws DataError without scores of both kinds, or on one that is no finite number */
export function sortScores(same: Scores, different: Scores): SortedScores {
  checkBothKinds(same.length, different.length)
  for (const scores of [same, different]) {
    let isAscending = true
    let last = -Infinity
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] ?? NaN
      if (!Number.isFinite(score)) throw new DataError(`A pair has the score ${score}; no result is given`)
      if (score < last) isAscending = false
      last = score
    }
    // millions of scores come here more than once
    if (!isAscending) scores.sort()
  }
  return { same, different }
}

/** How many of the ascending scores are at least `threshold`. */
export function countAtLeast(ascending: Scores, threshold: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? NaN) >= threshold) high = middle
    else low = middle + 1
  }
  return ascending.length - low
}

/** The share of the ascending scores below `value`, its equals counting half. */
export function shareBelow(ascending: Scores, value: number): number {
  const from = countAtLeast(ascending, value)
  const above = countAtLeast(ascending, justAbove(value))
  return 1 - (from + above) / (2 * ascending.length)
}

/** The smallest of the ascending scores that is above `value`, or undefined. */
const nextAbove = (ascending: Scores, value: number): number | undefined => {
  const accepted = countAtLeast(ascending, justAbove(value))
  return accepted === 0 ? undefined : ascending[ascending.length - accepted]
}

/** A threshold with what it admits. */
export interface Admitted {
  readonly threshold: number
  readonly tar: number
  readonly far: number
}

/** What a threshold admits: same person iff score ≥ threshold. */
export function admittedAt({ same, different }: SortedScores, threshold: number): Admitted {
  return {
    threshold,
    tar: countAtLeast(same, threshold) / same.length,
    far: countAtLeast(different, threshold) / different.length,
  }
}

/** The highest TAR whose FAR is at most `far`, at the strictest threshold that has it. */
export function admittedWithin(scores: SortedScores, far: number): Admitted {
  const { same, different } = scores
  const allowed = Math.floor(far * different.length + 1e-9)
  if (allowed >= different.length) return admittedAt(scores, same[0] ?? NaN)
  const refused = different[different.length - 1 - allowed] ?? NaN
  return admittedAt(scores, nextAbove(same, refused) ?? justAbove(Math.max(refused, same.at(-1) ?? NaN)))
}

/** TAR at each FAR; `interval` gives an interval for a threshold, Wilson's by default. */
export function tarsAtFars(
  scores: SortedScores,
  fars: readonly number[],
  interval: (admitted: Admitted) => Interval | undefined = ({ tar }) =>
    wilson(Math.round(tar * scores.same.length), scores.same.length),
): readonly TarAtFar[] {
  return fars.map((far) => {
    const insufficient = insufficientPairs(scores.different.length, far)
    if (insufficient !== undefined) return { far, insufficient }
    const admitted = admittedWithin(scores, far)
    const found = interval(admitted)
    const { tar, threshold } = admitted
    return { far, tar, threshold, ...given({ interval: found }) }
  })
}

/** The chance that a pair of the same person outscores one of different people, ties counting half. In [0, 1]. */
export function sortedAuc({ same, different }: SortedScores): number {
  let below = 0
  let notAbove = 0
  let wins = 0
  for (let i = 0; i < same.length; i++) {
    const score = same[i] ?? NaN
    while (below < different.length && (different[below] ?? NaN) < score) below++
    if (notAbove < below) notAbove = below
    while (notAbove < different.length && (different[notAbove] ?? NaN) <= score) notAbove++
    wins += (below + notAbove) / 2
  }
  return wins / (same.length * different.length)
}

/** The equal error rate, FAR = 1 − TAR, linear between thresholds. In [0, 1]. */
export function sortedEer(scores: SortedScores): number {
  const { same, different } = scores
  // the lowest threshold, by bisection over all scores, at which FAR < FRR
  const gap = (threshold: number): number => {
    const { far, tar } = admittedAt(scores, threshold)
    return far - (1 - tar)
  }
  const thresholdAt = (list: Scores): number => {
    let low = 0
    let high = list.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (gap(list[middle] ?? NaN) >= 0) low = middle + 1
      else high = middle
    }
    return low
  }
  const candidates = [same, different].map((list) => list[thresholdAt(list) - 1])
  const lenient = Math.max(...candidates.map((value) => value ?? -Infinity))
  const strictSame = nextAbove(same, lenient)
  const strictDifferent = nextAbove(different, lenient)
  const strict = Math.min(strictSame ?? Infinity, strictDifferent ?? Infinity)
  const after = admittedAt(scores, lenient)
  const before = strict === Infinity ? { far: 0, tar: 0 } : admittedAt(scores, strict)
  const [open, shut] = [1 - before.tar - before.far, after.far - (1 - after.tar)]
  const share = open + shut === 0 ? 0 : open / (open + shut)
  return before.far + share * (after.far - before.far)
}

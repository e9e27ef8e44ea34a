/** @file Folds as runs of pairs, the way verification packs are read: scikit-learn's `KFold` without shuffling. */
import { tenths } from '../pair.ts'

/** A fold for each of `count` pairs: equal runs, the first ones longer by one where it does not divide. */
export function runsOf(count: number, folds = 10): number[] {
  const short = Math.floor(count / folds)
  const longer = count % folds
  const result: number[] = []
  for (let fold = 0; fold < folds; fold++)
    for (let i = 0; i < short + (fold < longer ? 1 : 0); i++) result.push(fold)
  return result
}

/**
 * Ten runs of pairs, as packs are usually judged; or, where fewer than ten pairs are there or some runs of several pairs hold one of
 * the two kinds only, the k-th tenth of each class: thresholds chosen on folds of one kind mislead.
 */
export function contiguousFolds(same: readonly boolean[]): {
  readonly folds: readonly number[]
  readonly how: 'runs' | 'tenths'
  /** How many of the ten runs hold one kind only. */
  readonly oneKind: number
} {
  const folds = runsOf(same.length)
  const sizes = countOf(folds)
  const matches = countOf(folds.filter((_, i) => same[i] === true))
  const oneKind = sizes.filter((size, fold) => size > 1 && [0, size].includes(matches[fold] ?? 0)).length
  return oneKind === 0 && same.length >= 10
    ? { folds, how: 'runs', oneKind }
    : { folds: tenths(same), how: 'tenths', oneKind }
}

const countOf = (folds: readonly number[]): readonly number[] => {
  const counts = Array.from({ length: 10 }, () => 0)
  for (const fold of folds) counts[fold] = (counts[fold] ?? 0) + 1
  return counts
}

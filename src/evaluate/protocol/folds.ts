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
 * Ten runs of pairs; or, where fewer than ten pairs are there or all but one run would lack one of the two kinds, the k-th
 * tenth of each class.
 */
export function contiguousFolds(same: readonly boolean[]): {
  readonly folds: readonly number[]
  readonly how: 'runs' | 'tenths'
} {
  const folds = runsOf(same.length)
  const spread = [true, false].every((kind) => new Set(folds.filter((_, i) => same[i] === kind)).size > 1)
  return spread && same.length >= 10 ? { folds, how: 'runs' } : { folds: tenths(same), how: 'tenths' }
}

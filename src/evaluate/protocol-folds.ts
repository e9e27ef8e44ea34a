/** @file Folds as runs of pairs, the way verification packs are read: scikit-learn's `KFold` without shuffling. */
import { tenths } from './pair.ts'

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
 * Ten runs of pairs, or the k-th tenth of each class where some run would leave the others, or itself, without one of the
 * two kinds.
 */
export function contiguousFolds(same: readonly boolean[]): {
  readonly folds: readonly number[]
  readonly how: 'given' | 'tenths'
} {
  const folds = runsOf(same.length)
  const kinds = new Set(folds.map((fold, i) => 2 * fold + (same[i] === true ? 1 : 0)))
  return kinds.size === 20 ? { folds, how: 'given' } : { folds: tenths(same), how: 'tenths' }
}

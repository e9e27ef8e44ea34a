/** @file Pairs: what a protocol asks about, before and after its images are found. */
import { DataError } from '../base/errors.ts'
import { agreeing, counted, withCommas } from '../base/words.ts'

/** Two images and whether they show the same person. `a` and `b` are paths relative to the image folder. */
export interface Pair {
  readonly a: string
  readonly b: string
  readonly same: boolean
  /** From 0. */
  readonly fold: number
  /** Who is on `a` and on `b`, where the list says so. */
  readonly identities?: readonly [string, string]
}

/** Pairs with where their folds come from. */
export interface PairSet {
  readonly pairs: readonly Pair[]
  /** `given`: by the list; `runs`: of pairs in their order; `tenths`: the k-th tenth of each class; `drawn`: made here, no person in two folds. */
  readonly folds: 'given' | 'runs' | 'tenths' | 'drawn'
  /** Pairs left out since an image is missing. */
  readonly skipped: number
  /** The seed of drawn pairs. */
  readonly seed?: number
}

/** Refuses pairs, given by their numbers, that are all of one kind: no figure rests on them. @throws DataError */
export function checkBothKinds(same: number, different: number): void {
  if (same === 0 || different === 0)
    throw new DataError(
      `Expected pairs of the same person and of different people, got ${same} and ${different}`,
    )
}

/** The same of a list. @throws DataError */
export function checkPairKinds(pairs: readonly Pick<Pair, 'same'>[]): void {
  const same = pairs.filter((pair) => pair.same).length
  checkBothKinds(same, pairs.length - same)
}

/**
 * Folds for a list that has none: fold k holds the k-th tenth of each class, so every fold has both. Fewer folds where
 * a class has fewer than ten pairs.
 */
export function tenths(same: readonly boolean[]): number[] {
  const totals = { same: same.filter(Boolean).length, different: same.filter((value) => !value).length }
  const folds = Math.max(1, Math.min(10, totals.same, totals.different))
  const seen = { same: 0, different: 0 }
  return same.map((isSame) => {
    const kind = isSame ? 'same' : 'different'
    return Math.floor((seen[kind]++ * folds) / totals[kind])
  })
}

/** False accepts a figure must rest on, at the least. */
const enoughAccepts = 10

/** In words why `different` pairs cannot carry a FAR, or undefined where they can. */
export function insufficientPairs(different: number, far: number): string | undefined {
  if (far * different >= enoughAccepts - 1e-9) return undefined
  const needed = withCommas(Math.round(enoughAccepts / far))
  return (
    `insufficient pairs: ${counted(different, 'pair')} of different people ${agreeing(different, 'leaves', 'leave')} ` +
    `${Number((far * different).toPrecision(3))} false accepts at this FAR; it takes ${needed} such pairs`
  )
}

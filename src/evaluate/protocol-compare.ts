/** @file Whether two models differ: the exact McNemar test on pairs that only one of them decides rightly. */
import { DataError } from '../base/errors.ts'
import type { ScoredPair } from './result.ts'

export interface PairedComparison {
  readonly schema: 'cosface-comparison/1'
  readonly protocol: string
  /** Pairs that only the first, only the second model decides rightly. */
  readonly onlyFirst: number
  readonly onlySecond: number
  readonly pairs: number
  /** Two-sided; the chance of such a difference, or a larger one, between equally good models. */
  readonly pValue: number
}

/** The natural logarithm of n! by Stirling's series above 30, exact sums below. */
const logFactorial = (n: number): number => {
  if (n < 30) {
    let sum = 0
    for (let i = 2; i <= n; i++) sum += Math.log(i)
    return sum
  }
  const x = n + 1
  return (
    (x - 0.5) * Math.log(x) -
    x +
    0.5 * Math.log(2 * Math.PI) +
    1 / (12 * x) -
    1 / (360 * x ** 3) +
    1 / (1260 * x ** 5)
  )
}

/** The two-sided exact binomial test of `hits` of `count` against one half. */
export function signTest(hits: number, count: number): number {
  if (count === 0) return 1
  const fewer = Math.min(hits, count - hits)
  let tail = 0
  for (let k = 0; k <= fewer; k++)
    tail += Math.exp(logFactorial(count) - logFactorial(k) - logFactorial(count - k) - count * Math.LN2)
  return Math.min(1, 2 * tail)
}

/**
 * Compares decisions of two models on the same pairs in the same order, each with its own threshold per fold.
 * @throws DataError where the pairs differ
 */
export function comparePaired(
  first: readonly ScoredPair[],
  second: readonly ScoredPair[],
  thresholds: readonly [first: (fold: number) => number, second: (fold: number) => number],
): PairedComparison {
  let [onlyFirst, onlySecond] = [0, 0]
  if (first.length !== second.length)
    throw new DataError(`Expected the same pairs, got ${first.length} and ${second.length}`)
  first.forEach((one, i) => {
    const other = second[i]!
    if (one.a !== other.a || one.b !== other.b || one.same !== other.same)
      throw new DataError(
        `Pair ${i + 1} is ${one.a} with ${one.b} in one result, ${other.a} with ${other.b} in the other`,
      )
    const right = one.score >= thresholds[0](one.fold) === one.same
    const rightToo = other.score >= thresholds[1](other.fold) === other.same
    if (right && !rightToo) onlyFirst++
    if (!right && rightToo) onlySecond++
  })
  return {
    schema: 'cosface-comparison/1',
    protocol:
      'exact McNemar test: pairs that only one model decides rightly, two-sided, each model at its own thresholds',
    onlyFirst,
    onlySecond,
    pairs: first.length,
    pValue: signTest(onlyFirst, onlyFirst + onlySecond),
  }
}

/**
 * @file Whether two models differ: the exact McNemar test on pairs that only one of them decides rightly, and a bootstrap over people
 * of the difference, since pairs of one person are not independent evidence.
 */
import { DataError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import { quantile } from '../../tensor/statistics.ts'
import { drawPeople } from '../drawn-people.ts'
import type { Outcomes } from './outcomes.ts'
import type { ProtocolEvaluation } from './report.ts'
import type { Interval } from '../result.ts'

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

/** A figure of two models on the same pairs or searches. */
export interface PairedDifference {
  readonly schema: 'cosface-difference/1'
  /** The test in words. */
  readonly protocol: string
  readonly figure: { readonly id: string; readonly name: string }
  /** The models' names. */
  readonly first: string
  readonly second: string
  readonly values: readonly [first: number, second: number]
  /** Second less first. */
  readonly difference: number
  /** 95 %, over people drawn with replacement, thresholds kept; where both get the same ones right, by the rule of three. */
  readonly interval: Interval
  /** Units that only one model gets right, where each is right or wrong. */
  readonly onlyFirst?: number
  readonly onlySecond?: number
  /** Two-sided; the larger of McNemar's and the bootstrap's, corrected for the number of comparisons (Holm). */
  readonly pValue: number
  readonly verdict: 'differ' | 'no evidence'
  /** The verdict in a plain sentence. */
  readonly sentence: string
  readonly seed: number
}

export interface CompareOptions {
  readonly seed?: number
  /** @defaultValue 5000 */
  readonly replicates?: number
  /** Unit visits allowed; replicates are cut down to it, but never below 200. @defaultValue 200 million */
  readonly budget?: number
}

/**
 * Differences of the share of `hits` over people drawn with replacement, ascending; a pair of two people counts as both
 * were drawn.
 */
export const drawnDifferences = (one: Outcomes, other: Outcomes, options: CompareOptions): Float64Array => {
  const { hits, totals, first, second } = one
  const count = hits.length
  const people = Math.max(
    first.reduce((most, person) => Math.max(most, person), -1),
    second.reduce((most, person) => Math.max(most, person), -1),
  )
  const drawn = new Int32Array(people + 1)
  const affordable = Math.floor((options.budget ?? 200_000_000) / Math.max(1, count))
  const replicates = Math.max(200, Math.min(options.replicates ?? 5000, affordable))
  const stream = random(options.seed ?? 0, 'difference')
  const found: number[] = []
  for (let r = 0; r < replicates; r++) {
    drawPeople(drawn, stream)
    let [gained, total] = [0, 0]
    for (let i = 0; i < count; i++) {
      const partner = second[i] ?? NaN
      const weight = (drawn[first[i] ?? NaN] ?? NaN) * (partner < 0 ? 1 : (drawn[partner] ?? NaN))
      gained += weight * ((other.hits[i] ?? NaN) - (hits[i] ?? NaN))
      total += weight * (totals[i] ?? NaN)
    }
    if (total > 0) found.push(gained / total)
  }
  return Float64Array.from(found).sort()
}

/** Of equal outcomes no draw ever differs; that n people show none leaves up to 3/n of them, either way. */
const ruleOfThree = (people: Int32Array): Interval => {
  const most = Math.min(1, 3 / new Set(people).size)
  return { low: -most, high: most }
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

type Tested = Omit<PairedDifference, 'verdict' | 'sentence'>

const test = (
  [first, second]: readonly [string, string],
  one: Outcomes,
  other: Outcomes,
  options: CompareOptions,
): Tested => {
  const total = sumOf(one.totals)
  const values = [sumOf(one.hits) / total, sumOf(other.hits) / total] as const
  const drawn = drawnDifferences(one, other, options)
  const below = drawn.filter((value) => value <= 0).length
  const above = drawn.filter((value) => value >= 0).length
  const bootstrap = Math.min(1, (2 * (1 + Math.min(below, above))) / (drawn.length + 1))
  const isBinary = one.totals.every((value) => value === 1)
  const onlyFirst = one.hits.filter((value, i) => value === 1 && other.hits[i] === 0).length
  const onlySecond = other.hits.filter((value, i) => value === 1 && one.hits[i] === 0).length
  return {
    schema: 'cosface-difference/1',
    protocol:
      `${isBinary ? 'exact McNemar test, two-sided, and ' : ''}bootstrap over people of the difference, each model at its own ` +
      `thresholds, which are kept; ${isBinary ? 'the larger of both p values, ' : ''}corrected for the number of comparisons (Holm)`,
    figure: { id: one.id, name: one.name },
    first,
    second,
    values,
    difference: values[1] - values[0],
    interval:
      isBinary && onlyFirst + onlySecond === 0
        ? ruleOfThree(one.first)
        : { low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) },
    ...(isBinary ? { onlyFirst, onlySecond } : {}),
    pValue: isBinary ? Math.max(bootstrap, signTest(onlyFirst, onlyFirst + onlySecond)) : bootstrap,
    seed: options.seed ?? 0,
  }
}

/** Holm's step-down correction. */
export function holm(pValues: readonly number[]): number[] {
  const ascending = [...pValues.entries()].sort(([, a], [, b]) => a - b)
  const corrected = new Array<number>(pValues.length).fill(1)
  let least = 0
  ascending.forEach(([index, pValue], place) => {
    least = Math.max(least, Math.min(1, pValue * (pValues.length - place)))
    corrected[index] = least
  })
  return corrected
}

const points = (value: number): string => Math.abs(value * 100).toFixed(2)
const signed = (value: number): string => (value < 0 ? '−' : '') + points(value)

const judged = (tested: Tested, pValue: number): PairedDifference => {
  const { first, second, figure, difference, interval } = tested
  const isDifferent = pValue < 0.05
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`
  const between =
    tested.onlyFirst === 0 && tested.onlySecond === 0
      ? 'both get the same ones right'
      : `${points(difference)} points lie between them`
  const sentence = isDifferent
    ? `${first} and ${second} differ: the ${figure.name} of ${difference > 0 ? second : first} is ${points(difference)} points higher (${p}).`
    : `No evidence that ${first} and ${second} differ in ${figure.name}: ${between}, and anything ` +
      `from ${signed(interval.low)} to ${signed(interval.high)} is compatible with these data (${p}).`
  return { ...tested, pValue, verdict: isDifferent ? 'differ' : 'no evidence', sentence }
}

/**
 * Tests every two of the models on each figure they share, on the same pairs or searches.
 * @throws DataError where they were asked different ones
 */
export function compareEvaluations(
  evaluations: readonly ProtocolEvaluation[],
  options: CompareOptions = {},
): readonly PairedDifference[] {
  const tested = evaluations.flatMap((one, i) =>
    evaluations.slice(i + 1).flatMap((other) =>
      one.outcomes.flatMap((mine): Tested[] => {
        const theirs = other.outcomes.find(({ id }) => id === mine.id)
        if (theirs === undefined) return []
        const names = [one.report.name, other.report.name] as const
        if (mine.units !== theirs.units || mine.hits.length !== theirs.hits.length)
          throw new DataError(
            `${names[0]} and ${names[1]} were not judged on the same pairs or searches; they cannot be compared`,
          )
        return [test(names, mine, theirs, options)]
      }),
    ),
  )
  const corrected = holm(tested.map(({ pValue }) => pValue))
  return tested.map((one, i) => judged(one, corrected[i] ?? 1))
}

/**
 * @file Whether two variants differ: over the test pairs by an exact sign test and a bootstrap over people, with the
 * trained networks as they are; over seeds by a paired t test, with the test pairs as they are.
 */
import { unexpected } from '../base/errors.ts'
import { drawnDifferences, holm, signTest } from '../evaluate/protocol/compare.ts'
import type { RowDifference } from '../report/experiment-contents.ts'
import { mean, quantile, standardDeviation } from '../tensor/statistics.ts'

/** Who is on each pair, by number; −1 where the second is the first. */
export interface PairOwners {
  readonly first: Int32Array
  readonly second: Int32Array
}

/** One variant's trainings that came to a result, seeds ascending. */
export interface JudgedSeed {
  readonly seed: number
  readonly accuracy: number
  /** `CellVerification.right`. */
  readonly right: string
}

/** A variant less the reference, over the seeds that both came to a result with. */
export interface PairedTest extends RowDifference {
  readonly seeds: readonly number[]
}

/** What is tested, in words, once for all rows. */
export function testedSentence(comparisons: number, seeds: number): string {
  const corrected = comparisons > 1 ? `, corrected for ${comparisons} comparisons (Holm)` : ''
  const overPairs =
    'p over pairs: the larger of an exact two-sided sign test on the test pairs that one variant decides rightly with ' +
    'more seeds than the other, and a bootstrap over people of the difference in accuracy; it says whether these ' +
    `trained networks would differ on other people${corrected}.`
  const overSeeds =
    seeds < 3
      ? 'Whether a difference outlasts other initial weights and orders of the images takes three seeds or more.'
      : 'p over seeds: a two-sided paired t test of the accuracies, seed by seed; it says whether the difference ' +
        `outlasts other initial weights and orders of the images${corrected}.`
  return `${overPairs} ${overSeeds}`
}

const rightOf = (judged: readonly JudgedSeed[], pairs: number): Float64Array =>
  Float64Array.from({ length: pairs }, (_, i) => judged.filter(({ right }) => right[i] === '1').length)

/** The two-sided p of Student's t with `freedom` degrees: the tails by Simpson's rule on the density's bounded form. */
export function studentP(t: number, freedom: number): number {
  if (!Number.isFinite(t)) return Number.isNaN(t) ? 1 : 0
  // with t = √ν·tan φ the density becomes cos^(ν−1) φ, and the tail a bounded integral
  const from = Math.atan(Math.abs(t) / Math.sqrt(freedom))
  const integral = (a: number, b: number): number => {
    const parts = 2000
    let sum = 0
    for (let i = 0; i <= parts; i++) {
      const weight = i === 0 || i === parts ? 1 : i % 2 === 1 ? 4 : 2
      sum += weight * Math.max(0, Math.cos(a + ((b - a) * i) / parts)) ** (freedom - 1)
    }
    return (sum * (b - a)) / parts / 3
  }
  return Math.min(1, integral(from, Math.PI / 2) / integral(0, Math.PI / 2))
}

/** The paired t test of differences; undefined with fewer than three. */
export function pairedT(differences: readonly number[]): number | undefined {
  if (differences.length < 3) return undefined
  const spread = standardDeviation(differences, 1)
  const centre = mean(differences)
  if (spread === 0) return centre === 0 ? 1 : 0
  return studentP((centre / spread) * Math.sqrt(differences.length), differences.length - 1)
}

/** Tests one variant against the reference on the seeds both have; undefined without any. Not corrected. */
export function pairedTest(
  reference: readonly JudgedSeed[],
  other: readonly JudgedSeed[],
  owners: PairOwners,
  seed: number,
): PairedTest | undefined {
  const both = other.flatMap((one) => {
    const mate = reference.find((candidate) => candidate.seed === one.seed)
    return mate === undefined ? [] : [{ one, mate }]
  })
  if (both.length === 0) return undefined
  const pairs = owners.first.length
  const lengths = both.flatMap(({ one, mate }) => [one.right.length, mate.right.length])
  if (lengths.some((length) => length !== pairs)) throw unexpected('right', `${pairs} signs`, lengths)
  const totals = new Float64Array(pairs).fill(both.length)
  const [mine, theirs] = [
    rightOf(
      both.map(({ one }) => one),
      pairs,
    ),
    rightOf(
      both.map(({ mate }) => mate),
      pairs,
    ),
  ]
  const common = { id: 'accuracy', name: 'accuracy', units: '', totals, ...owners }
  const drawn = drawnDifferences({ ...common, hits: theirs }, { ...common, hits: mine }, { seed })
  const below = drawn.filter((value) => value <= 0).length
  const above = drawn.filter((value) => value >= 0).length
  const bootstrap = Math.min(1, (2 * (1 + Math.min(below, above))) / (drawn.length + 1))
  const better = mine.filter((value, i) => value > (theirs[i] ?? NaN)).length
  const worse = mine.filter((value, i) => value < (theirs[i] ?? NaN)).length
  const seedsP = pairedT(both.map(({ one, mate }) => one.accuracy - mate.accuracy))
  return {
    seeds: both.map(({ one }) => one.seed),
    difference: mean(both.map(({ one, mate }) => one.accuracy - mate.accuracy)),
    interval: { low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) },
    better,
    worse,
    pairsP: Math.max(bootstrap, signTest(better, better + worse)),
    ...(seedsP === undefined ? {} : { seedsP }),
  }
}

/** Holm's correction over a family of tests, for each kind of p by itself. */
export function corrected(tests: readonly (PairedTest | undefined)[]): readonly (PairedTest | undefined)[] {
  const correct = (values: readonly (number | undefined)[]): readonly (number | undefined)[] => {
    const known = values.flatMap((value) => (value === undefined ? [] : [value]))
    const better = holm(known)
    let at = 0
    return values.map((value) => (value === undefined ? undefined : better[at++]))
  }
  const pairs = correct(tests.map((test) => test?.pairsP))
  const seeds = correct(tests.map((test) => test?.seedsP))
  return tests.map((test, i) => {
    if (test === undefined) return undefined
    const seedsP = seeds[i]
    return { ...test, pairsP: pairs[i] ?? 1, ...(seedsP === undefined ? {} : { seedsP }) }
  })
}

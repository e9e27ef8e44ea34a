/** @file Thresholds and their error rates from comparisons of labelled faces, with intervals over people. */
import { DataError, UsageError } from '../base/errors.ts'
import { random } from '../base/random.ts'
import { withCommas } from '../base/words.ts'
import { drawPeople } from '../evaluate/drawn-people.ts'
import { oneToOneErrors } from '../evaluate/protocol/nist.ts'
import type { Interval } from '../evaluate/result.ts'
import { quantile } from '../tensor/statistics.ts'
import type { Calibration, CalibrationPoint, GroupRates, MeasuredRates, ScoringRule } from './calibration.ts'
import type { Comparisons } from './comparisons.ts'
import type { EmbeddingOrigin } from './embedding-origin.ts'

/** Targets tried where none are named; those the data cannot carry are left out. */
export const usualTargets: readonly number[] = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6]

/** False matches that a rate must rest on: NIST's rule of thirty would be stricter, the rest of the project asks for ten. */
const fewest = 10

export interface CalibrateOptions {
  readonly origin: EmbeddingOrigin
  readonly scoring: ScoringRule
  /** Whose photographs, in words. */
  readonly title: string
  /** False-match rates; each must be carried. @defaultValue those of `usualTargets` that are carried */
  readonly targets?: readonly number[]
  /** Photographs without a usable face. @defaultValue 0 */
  readonly failed?: number
  /** The group of each person by number; people without one are in none. */
  readonly groups?: ReadonlyMap<number, string>
  /** @defaultValue 1 */
  readonly seed?: number
  /** @defaultValue 1000 */
  readonly replicates?: number
}

/** Comparisons of two people that a rate needs. */
export function comparisonsFor(target: number): number {
  return Math.ceil(fewest / target - 1e-9)
}

interface Split {
  readonly mated: Float64Array
  readonly nonMated: Float64Array
}

const split = ({
  first,
  second,
  scores,
  failedMated,
}: Comparisons): Split & { readonly failedMated: number } => {
  const [mated, nonMated]: [number[], number[]] = [[], []]
  for (let i = 0; i < scores.length; i++) (first[i] === second[i] ? mated : nonMated).push(scores[i] ?? NaN)
  return {
    mated: Float64Array.from(mated),
    nonMated: Float64Array.from(nonMated),
    failedMated: failedMated.reduce((sum, { count }) => sum + count, 0),
  }
}

/**
 * Measures thresholds on comparisons.
 * @throws UsageError where a named target cannot be carried, with how many comparisons it would take
 * @throws DataError where the comparisons carry no target at all
 */
export function calibrate(comparisons: Comparisons, options: CalibrateOptions): Calibration {
  const { origin, scoring, title, failed = 0, seed = 1, replicates = 1000 } = options
  const { mated, nonMated, failedMated } = split(comparisons)
  const targets = [...(options.targets ?? usualTargets)].sort((a, b) => b - a)
  const carried = targets.filter((target) => nonMated.length >= comparisonsFor(target))
  const refused = targets.find((target) => !carried.includes(target))
  if (options.targets !== undefined && refused !== undefined)
    throw new UsageError(
      `--fmr ${refused} takes at least ${withCommas(comparisonsFor(refused))} comparisons of two people, got ${withCommas(nonMated.length)}`,
    )
  const [largest = NaN] = targets
  if (carried.length === 0)
    throw new DataError(
      `${withCommas(nonMated.length)} comparisons of two people carry no false-match rate; ${largest} takes ${withCommas(comparisonsFor(largest))}`,
    )
  if (mated.length === 0)
    throw new DataError('No person has two usable faces; nothing says how often a person is missed')
  const errors = oneToOneErrors({ mated, nonMated, failedMated }, carried)
  const thresholds = errors.fnmrAtFmr.map(({ threshold }) => threshold ?? NaN)
  const all = ratesAt(comparisons, thresholds, { seed, replicates, within: undefined })
  const points = carried.map((target, at): CalibrationPoint => ({
    ...all.rates[at],
    target,
    threshold: thresholds[at] ?? NaN,
    fmr: all.rates[at]?.fmr ?? NaN,
  }))
  const groups =
    options.groups === undefined ? undefined : groupRates(comparisons, thresholds, options.groups, seed)
  return {
    schema: 'cosface-calibration/1',
    origin,
    scoring,
    source: {
      title,
      people: comparisons.people,
      mated: mated.length + failedMated,
      nonMated: nonMated.length,
      failed,
      intervals: `95 %, people drawn with replacement ${all.replicates} times`,
      seed,
    },
    points,
    ...(groups === undefined ? {} : { groups }),
    warnings: warningsOf(groups),
  }
}

const warningsOf = (groups: readonly GroupRates[] | undefined): readonly string[] => [
  groups === undefined
    ? 'Rates were not measured by group: children, and groups of people that the photographs do not show, may fare worse.'
    : 'Children, and groups that were not measured, may fare worse than these rates say.',
]

interface RateOptions {
  readonly seed: number
  readonly replicates: number
  /** People whose comparisons count; undefined for all. */
  readonly within: ReadonlySet<number> | undefined
}

/** The rates at each threshold, with intervals over people drawn with replacement. */
const ratesAt = (
  comparisons: Comparisons,
  thresholds: readonly number[],
  { seed, replicates: wanted, within }: RateOptions,
): {
  readonly rates: readonly MeasuredRates[]
  readonly replicates: number
  readonly mated: number
  readonly nonMated: number
} => {
  const { people } = comparisons
  const counted = within === undefined ? comparisons : only(comparisons, within)
  const once = new Int32Array(people).fill(1)
  const sums = weighed(counted, thresholds, once)
  // what one pass costs is known, so that a million comparisons take seconds and not minutes
  const replicates = Math.max(100, Math.min(wanted, Math.floor(4e8 / Math.max(1, counted.scores.length))))
  const stream = random(seed, 'calibration')
  const drawn = new Int32Array(people)
  const fmrs = thresholds.map((): number[] => [])
  const fnmrs = thresholds.map((): number[] => [])
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawPeople(drawn, stream)
    const one = weighed(counted, thresholds, drawn)
    thresholds.forEach((_, at) => {
      if (one.nonMated > 0) fmrs[at]?.push((one.falseMatches[at] ?? 0) / one.nonMated)
      if (one.mated > 0) fnmrs[at]?.push((one.missed[at] ?? 0) / one.mated)
    })
  }
  const rates = thresholds.map((_, at): MeasuredRates => {
    const fmrInterval = intervalOf(fmrs[at] ?? [], replicates)
    const fnmrInterval = intervalOf(fnmrs[at] ?? [], replicates)
    return {
      ...(sums.nonMated === 0 ? {} : { fmr: (sums.falseMatches[at] ?? 0) / sums.nonMated }),
      ...(fmrInterval === undefined ? {} : { fmrInterval }),
      ...(sums.mated === 0 ? {} : { fnmr: (sums.missed[at] ?? 0) / sums.mated }),
      ...(fnmrInterval === undefined ? {} : { fnmrInterval }),
    }
  })
  return { rates, replicates, mated: sums.mated, nonMated: sums.nonMated }
}

const intervalOf = (values: readonly number[], replicates: number): Interval | undefined => {
  if (values.length < replicates / 2) return undefined
  const ascending = Float64Array.from(values).sort()
  return { low: quantile(ascending, 0.025), high: quantile(ascending, 0.975) }
}

interface Sums {
  readonly mated: number
  readonly nonMated: number
  /** For each threshold. */
  readonly falseMatches: Float64Array
  readonly missed: Float64Array
}

/** Counts with each comparison as often as both its people were drawn, one of a single person as often as that one. */
const weighed = (comparisons: Comparisons, thresholds: readonly number[], drawn: Int32Array): Sums => {
  const { first, second, scores, failedMated } = comparisons
  const falseMatches = new Float64Array(thresholds.length)
  const missed = new Float64Array(thresholds.length)
  const lowest = Math.min(...thresholds)
  const highest = Math.max(...thresholds)
  let [mated, nonMated] = [0, 0]
  for (let i = 0; i < scores.length; i++) {
    const [a, b, score] = [first[i] ?? NaN, second[i] ?? NaN, scores[i] ?? NaN]
    const weight = a === b ? (drawn[a] ?? NaN) : (drawn[a] ?? NaN) * (drawn[b] ?? NaN)
    if (weight === 0) continue
    if (a === b) {
      mated += weight
      if (score >= highest) continue
      for (let at = 0; at < thresholds.length; at++)
        if (score < (thresholds[at] ?? NaN)) missed[at] = (missed[at] ?? NaN) + weight
    } else {
      nonMated += weight
      if (score < lowest) continue
      for (let at = 0; at < thresholds.length; at++)
        if (score >= (thresholds[at] ?? NaN)) falseMatches[at] = (falseMatches[at] ?? NaN) + weight
    }
  }
  for (const { person, count } of failedMated) {
    const weight = (drawn[person] ?? NaN) * count
    mated += weight
    for (let at = 0; at < thresholds.length; at++) missed[at] = (missed[at] ?? NaN) + weight
  }
  return { mated, nonMated, falseMatches, missed }
}

const only = (comparisons: Comparisons, within: ReadonlySet<number>): Comparisons => {
  const { first, second, scores, failedMated } = comparisons
  const kept: number[] = []
  for (let i = 0; i < scores.length; i++)
    if (within.has(first[i] ?? NaN) && within.has(second[i] ?? NaN)) kept.push(i)
  return {
    people: comparisons.people,
    first: Int32Array.from(kept, (i) => first[i] ?? NaN),
    second: Int32Array.from(kept, (i) => second[i] ?? NaN),
    scores: Float32Array.from(kept, (i) => scores[i] ?? NaN),
    failedMated: failedMated.filter(({ person }) => within.has(person)),
  }
}

const groupRates = (
  comparisons: Comparisons,
  thresholds: readonly number[],
  groups: ReadonlyMap<number, string>,
  seed: number,
): readonly GroupRates[] => {
  const members = new Map<string, Set<number>>()
  for (const [person, group] of groups) members.set(group, (members.get(group) ?? new Set()).add(person))
  return [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, within]) => {
      const { rates, mated, nonMated } = ratesAt(comparisons, thresholds, { seed, replicates: 1000, within })
      return { group, people: within.size, mated, nonMated, rates }
    })
}

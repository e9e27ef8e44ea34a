/**
 * @file Error rates in NIST's terms. 1:1: FMR(T) is the share of non-mated comparisons with score ≥ T, FNMR(T) of mated ones with
 * score < T. 1:N: FPIR(N, T) and FNIR(N, T, R). A face from which no template could be made never matches.
 */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { wilson } from '../interval.ts'
import { peopleInterval } from '../people-interval.ts'
import { insufficientSearches, type Searches } from './identify.ts'
import type { Scores } from './sorted.ts'
import { insufficientPairs } from '../pair.ts'
import { countAtLeast, sortScores } from './sorted.ts'
import type { Interval } from '../result.ts'
import { justAbove } from '../roc.ts'

/** Comparisons; failures are those for which a template is missing. */
export interface Comparisons {
  readonly mated: Scores
  readonly nonMated: Scores
  readonly failedMated?: number
  readonly failedNonMated?: number
  /** The interval of FNMR at a threshold, over people. @defaultValue Wilson's, which takes comparisons as independent */
  readonly interval?: (threshold: number) => Interval | undefined
}

/** FNMR where FMR is at most `fmr`. */
export interface FnmrAtFmr {
  readonly fmr: number
  readonly fnmr?: number
  readonly interval?: Interval
  readonly threshold?: number
  readonly insufficient?: string
}

/** A point of a DET curve. */
export interface DetPoint {
  readonly threshold: number
  readonly fmr: number
  readonly fnmr: number
}

export interface OneToOneErrors {
  readonly schema: 'cosface-nist-1to1/1'
  readonly comparisons: { readonly mated: number; readonly nonMated: number; readonly failed: number }
  readonly fnmrAtFmr: readonly FnmrAtFmr[]
  readonly det: readonly DetPoint[]
  /** Whether intervals take comparisons as independent, since nobody says who is on them; else they are over people. */
  readonly independent?: true
}

interface Counted {
  readonly mated: Scores
  readonly nonMated: Scores
  readonly allMated: number
  readonly allNonMated: number
}

const fmrAt = (counted: Counted, threshold: number): number =>
  countAtLeast(counted.nonMated, threshold) / counted.allNonMated

/** 1 − accepted, by counts: 1 − a/b would carry rounding. */
const missedAt = (counted: Counted, threshold: number): number =>
  counted.allMated - countAtLeast(counted.mated, threshold)

/** The lowest threshold at which FMR is at most `fmr`: NIST sets thresholds on non-mated comparisons alone. */
const thresholdFor = (counted: Counted, fmr: number): number => {
  const allowed = Math.floor(fmr * counted.allNonMated + 1e-9)
  const { nonMated } = counted
  return allowed >= nonMated.length
    ? (nonMated[0] ?? NaN)
    : justAbove(nonMated[nonMated.length - 1 - allowed] ?? NaN)
}

/**
 * Errors of one-to-one comparison. Scores are sorted in place.
 * @throws DataError without scores of both kinds or on one that is no finite number
 */
export function oneToOneErrors(
  comparisons: Comparisons,
  fmrs: readonly number[] = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2],
  points = 200,
): OneToOneErrors {
  const { same: mated, different: nonMated } = sortScores(comparisons.mated, comparisons.nonMated)
  const [failedMated, failedNonMated] = [comparisons.failedMated ?? 0, comparisons.failedNonMated ?? 0]
  const counted: Counted = {
    mated,
    nonMated,
    allMated: mated.length + failedMated,
    allNonMated: nonMated.length + failedNonMated,
  }
  return {
    schema: 'cosface-nist-1to1/1',
    comparisons: {
      mated: counted.allMated,
      nonMated: counted.allNonMated,
      failed: failedMated + failedNonMated,
    },
    fnmrAtFmr: fmrs.map((fmr) => {
      const insufficient = insufficientPairs(counted.allNonMated, fmr)
      if (insufficient !== undefined) return { fmr, insufficient }
      const threshold = thresholdFor(counted, fmr)
      const missed = missedAt(counted, threshold)
      const { interval: over = () => wilson(missed, counted.allMated) } = comparisons
      const interval = over(threshold)
      return { fmr, threshold, fnmr: missed / counted.allMated, ...given({ interval }) }
    }),
    det: detCurve(counted, points),
    ...(comparisons.interval === undefined ? { independent: true } : {}),
  }
}

/** FMR from one comparison up to all, evenly spread over its logarithm. */
const detCurve = (counted: Counted, limit: number): readonly DetPoint[] => {
  const count = counted.nonMated.length
  const accepted = Array.from({ length: limit }, (_, i) => Math.round(count ** (i / Math.max(1, limit - 1))))
  return [...new Set(accepted)].map((number) => {
    const threshold = counted.nonMated[count - number] ?? NaN
    return {
      threshold,
      fmr: fmrAt(counted, threshold),
      fnmr: missedAt(counted, threshold) / counted.allMated,
    }
  })
}

/** Rates of searches at one threshold. */
export interface SearchErrors {
  readonly threshold: number
  readonly fpir: number
  readonly fpirInterval: Interval
  /** The mate is not among the first R, or below the threshold. */
  readonly fnir: number
  readonly fnirInterval: Interval
}

const share = (hits: readonly number[]): number => hits.filter((hit) => hit === 1).length / hits.length

/** FPIR and FNIR at a threshold with candidate lists of length `rank`. @throws DataError without searches of both kinds */
export function searchErrors(searches: Searches, threshold: number, rank = 1): SearchErrors {
  const { mate, nonMated } = searches
  if (mate.length === 0 || nonMated.length === 0)
    throw new DataError(`Expected mated and non-mated searches, got ${mate.length} and ${nonMated.length}`)
  const answered = Array.from(nonMated, (score) => (score >= threshold ? 1 : 0))
  const missed = Array.from(mate, (score, i) =>
    score < threshold || (searches.rank[i] ?? Infinity) > rank ? 1 : 0,
  )
  return {
    threshold,
    fpir: share(answered),
    fpirInterval: peopleInterval({ hits: answered, first: searches.strangers }),
    fnir: share(missed),
    fnirInterval: peopleInterval({ hits: missed, first: searches.subjects }),
  }
}

/** FNIR where FPIR is at most `fpir`. */
export interface FnirAtFpir {
  readonly fpir: number
  readonly fnir?: number
  readonly interval?: Interval
  readonly threshold?: number
  readonly insufficient?: string
}

export interface OneToManyErrors {
  readonly schema: 'cosface-nist-1ton/1'
  readonly protocol: string
  readonly searches: { readonly mated: number; readonly nonMated: number }
  readonly fnirAtFpir: readonly FnirAtFpir[]
}

/** Errors of searches with candidate lists of length `rank`. @throws DataError without searches of both kinds */
export function oneToManyErrors(
  searches: Searches,
  fpirs: readonly number[] = [0.003, 0.01, 0.1],
  rank = 1,
): OneToManyErrors {
  const [mated, nonMated] = [searches.mate.length, searches.nonMated.length]
  if (mated === 0 || nonMated === 0)
    throw new DataError(`Expected mated and non-mated searches, got ${mated} and ${nonMated}`)
  return {
    schema: 'cosface-nist-1ton/1',
    protocol:
      `FPIR: share of non-mated searches with a candidate at or above T; FNIR: share of mated ones whose mate is below T or not among ` +
      `the first ${rank}; T is the lowest at which FPIR is at most the one asked for; 95 % intervals over the people who search`,
    searches: { mated, nonMated },
    fnirAtFpir: fpirs.map((fpir) => {
      const errors = searchErrorsAtFpir(searches, fpir, rank)
      return errors === undefined
        ? { fpir, insufficient: insufficientSearches(nonMated, fpir) }
        : { fpir, fnir: errors.fnir, interval: errors.fnirInterval, threshold: errors.threshold }
    }),
  }
}

/** The lowest threshold at which FPIR is at most `fpir`, with its errors; undefined where the searches cannot carry it. */
export function searchErrorsAtFpir(searches: Searches, fpir = 0.003, rank = 1): SearchErrors | undefined {
  const strangers = Float64Array.from(searches.nonMated).sort()
  if (fpir * strangers.length < 10 - 1e-9) return undefined
  const allowed = Math.floor(fpir * strangers.length + 1e-9)
  const refused = strangers[strangers.length - 1 - allowed]
  return searchErrors(searches, refused === undefined ? (strangers[0] ?? NaN) : justAbove(refused), rank)
}

/** The share of searches for strangers that get an answer from N independent comparisons: 1 − (1 − FMR)^N. */
export function fpirFromFmr(fmr: number, enrolled: number): number {
  return -Math.expm1(enrolled * Math.log1p(-fmr))
}

/** The FMR a gallery of N needs for an FPIR: about FPIR / N. */
export function fmrForFpir(fpir: number, enrolled: number): number {
  return -Math.expm1(Math.log1p(-fpir) / enrolled)
}

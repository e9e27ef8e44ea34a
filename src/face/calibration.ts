/**
 * @file What a threshold stands for: false-match and false-non-match rates measured on stated pairs, bound to everything that
 * changes a score. FMR(T) is the share of comparisons of two people with score ≥ T, FNMR(T) that of one person with score < T.
 */
import { UsageError } from '../base/errors.ts'
import type { Interval } from '../evaluate/result.ts'
import type { EmbeddingOrigin } from './embedding-origin.ts'
import { originDifference } from './embedding-origin.ts'

/** How a score is made of a face and what it is compared with. */
export interface ScoringRule {
  /** `pair`: one face with one face. Of a person's references: their `mean`, or the `maximum` of their scores. */
  readonly rule: 'pair' | 'mean' | 'maximum'
  /** References of a person; 1 for a pair. Under the maximum the false-match rate grows with them. */
  readonly references: number
}

/** Error rates at one threshold, measured on the calibration's comparisons. */
export interface MeasuredRates {
  /** Absent where no comparison is of two people. */
  readonly fmr?: number
  /** Of the false-match rate, at 95 %. */
  readonly fmrInterval?: Interval
  /** Absent where no comparison is of one person. */
  readonly fnmr?: number
  readonly fnmrInterval?: Interval
}

/** The strictest use of a threshold: the lowest at which the measured FMR is at most `target`. */
export interface CalibrationPoint extends MeasuredRates {
  readonly fmr: number
  /** The false-match rate that was asked for. */
  readonly target: number
  readonly threshold: number
}

/** The rates of one group of people at the thresholds of all; pairs are of two people of the group. */
export interface GroupRates {
  readonly group: string
  readonly people: number
  readonly mated: number
  readonly nonMated: number
  /** In the order of the points. */
  readonly rates: readonly MeasuredRates[]
}

/** On what the rates were measured. */
export interface CalibrationSource {
  /** In words: whose photographs, how many. */
  readonly title: string
  readonly people: number
  readonly mated: number
  readonly nonMated: number
  /** Photographs without a usable face; their comparisons of one person count as missed. */
  readonly failed: number
  /** How the intervals were drawn. */
  readonly intervals: string
  readonly seed: number
}

export interface Calibration {
  readonly schema: 'cosface-calibration/1'
  readonly origin: EmbeddingOrigin
  readonly scoring: ScoringRule
  readonly source: CalibrationSource
  /** By target, the largest first. */
  readonly points: readonly CalibrationPoint[]
  readonly groups?: readonly GroupRates[]
  /** What its user has to know, in sentences. */
  readonly warnings: readonly string[]
}

/** A scoring rule in words. */
export function scoringInWords({ rule, references }: ScoringRule): string {
  if (rule === 'pair') return 'one face with one face'
  return rule === 'mean' ? `the mean of ${references} references` : `the best of ${references} references`
}

/** Why a calibration does not hold for scores made so; undefined where it does. */
export function calibrationMismatch(
  calibration: Calibration,
  origin: EmbeddingOrigin,
  scoring: ScoringRule,
): string | undefined {
  const other = originDifference(calibration.origin, origin)
  if (other !== undefined) return `it is for the ${other.part} ${other.first}, not ${other.second}`
  const { rule, references } = calibration.scoring
  if (rule !== scoring.rule || references !== scoring.references)
    return `it is for ${scoringInWords(calibration.scoring)}, not for ${scoringInWords(scoring)}`
  return undefined
}

/** The calibration that holds for scores made so; undefined where none does. */
export function findCalibration(
  calibrations: readonly Calibration[],
  origin: EmbeddingOrigin,
  scoring: ScoringRule,
): Calibration | undefined {
  return calibrations.find((one) => calibrationMismatch(one, origin, scoring) === undefined)
}

/** The point of a target. @throws UsageError naming the targets that the calibration carries */
export function pointFor(calibration: Calibration, target: number): CalibrationPoint {
  const found = calibration.points.find((point) => Math.abs(point.target - target) <= 1e-9 * target)
  if (found !== undefined) return found
  const carried = calibration.points.map((point) => rateInWords(point.target)).join(', ')
  throw new UsageError(
    `--fmr ${rateInWords(target)} is not carried by the calibration (${calibration.source.title}); it has ${carried}`,
  )
}

/** `1 in 10,000`, or a percentage where that is more than one in a hundred. */
export function oneIn(share: number): string {
  if (share <= 0) return 'none seen'
  return share > 0.01
    ? `${Number((share * 100).toPrecision(2))} in 100`
    : `1 in ${Math.round(1 / share).toLocaleString('en-US')}`
}

const rateInWords = (share: number): string => String(Number(share.toPrecision(3)))

/** What a score says. There is no percentage of similarity: a score is a cosine, and only its threshold's rates mean something. */
export type PairDecision =
  | { readonly decision: 'same' | 'different'; readonly cosine: number; readonly point: CalibrationPoint }
  | { readonly decision: 'no decision'; readonly cosine?: number; readonly reason: string }

/** Decides a pair: the same person iff cosine ≥ threshold. */
export function decidePair(cosine: number, point: CalibrationPoint): PairDecision {
  return { decision: cosine >= point.threshold ? 'same' : 'different', cosine, point }
}

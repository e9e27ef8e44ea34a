/** @file Thresholds of galleries from calibrations: which calibration holds, and what several comparisons make of its rate. */
import { fmrForFpir, fpirFromFmr } from '../evaluate/protocol/nist.ts'
import type { Interval } from '../evaluate/result.ts'
import {
  type Calibration,
  type CalibrationPoint,
  calibrationMismatch,
  findCalibration,
  scoringInWords,
} from '../face/calibration.ts'
import { type EmbeddingOrigin, originDifference } from '../face/embedding-origin.ts'

/** How several references of a person give one score: the highest of theirs, or that of their mean. */
export const galleryScorings = ['maximum', 'mean'] as const
export type GalleryScoring = (typeof galleryScorings)[number]

/** What scores are made with, and what is known of them. */
export interface ScoreFacts {
  readonly origin: EmbeddingOrigin
  readonly scoring: GalleryScoring
  readonly calibrations: readonly Calibration[]
}

/** A threshold and the false-match rate that it stands for. */
export interface FmrThreshold {
  readonly threshold: number
  readonly fmr: number
  /** Only of a rate that was measured as it stands. */
  readonly fmrInterval?: Interval
  /** `measured` on comparisons made in the same way, or by `formula` 1 − (1 − FMR)^n from single ones. */
  readonly fmrFrom: 'measured' | 'formula'
  /** On which photographs, in words. */
  readonly source: string
}

/** Why there is no threshold, in words that follow “no decision:”. */
export interface NoThreshold {
  readonly threshold?: undefined
  readonly reason: string
}

const rate = (value: number): string => String(Number(value.toPrecision(2)))

/** Targets fall, thresholds rise: the first that is strict enough. */
const strictEnough = ({ points }: Calibration, fmr: number): CalibrationPoint | undefined =>
  points.find(({ target }) => target <= fmr * (1 + 1e-9))

const tooWeak = (calibration: Calibration, fmr: number, why = ''): NoThreshold => ({
  reason:
    `not calibrated so far: a false-match rate of ${rate(fmr)}${why} is wanted, ` +
    `the calibration (${calibration.source.title}) goes down to ${rate(calibration.points.at(-1)?.target ?? 1)}`,
})

/** Why none of the calibrations holds. */
const missing = (
  { origin, calibrations }: ScoreFacts,
  rule: 'pair' | GalleryScoring,
  references: number,
): NoThreshold => {
  const wanted = { rule, references }
  const near =
    calibrations.find((one) => originDifference(one.origin, origin) === undefined) ?? calibrations[0]
  const detail =
    near === undefined
      ? `no calibration is known for the model ${origin.model}`
      : `no calibration is for ${scoringInWords(wanted)} here; of the nearest, ${calibrationMismatch(near, origin, wanted) ?? ''}`
  return { reason: `not calibrated: ${detail}` }
}

/** The lowest calibrated threshold at which a face and a person of so many references match falsely at most at `fmr`. */
export function thresholdForFmr(
  facts: ScoreFacts,
  references: number,
  fmr: number,
): FmrThreshold | NoThreshold {
  const { origin, scoring, calibrations } = facts
  const rule = references === 1 ? ('pair' as const) : scoring
  const measured = findCalibration(calibrations, origin, { rule, references })
  if (measured !== undefined) {
    const point = strictEnough(measured, fmr)
    if (point === undefined) return tooWeak(measured, fmr)
    const { threshold, fmrInterval } = point
    const found: FmrThreshold = {
      threshold,
      fmr: point.fmr,
      fmrFrom: 'measured',
      source: measured.source.title,
    }
    return fmrInterval === undefined ? found : { ...found, fmrInterval }
  }
  const single = findCalibration(calibrations, origin, { rule: 'pair', references: 1 })
  // the mean of several is another kind of score; nothing follows for it from pairs
  if (scoring === 'mean' || single === undefined) return missing(facts, rule, references)
  const each = fmrForFpir(fmr, references)
  const point = strictEnough(single, each)
  if (point === undefined) return tooWeak(single, each, ` (${rate(fmr)} over ${references} references)`)
  return {
    threshold: point.threshold,
    fmr: fpirFromFmr(point.target, references),
    fmrFrom: 'formula',
    source: single.source.title,
  }
}

/** The best scores that strangers got in searches of a gallery. */
export interface StrangerScores {
  readonly origin: EmbeddingOrigin
  readonly scoring: GalleryScoring
  /** References that were in the gallery. */
  readonly references: number
  readonly scores: readonly number[]
}

/** A threshold for searches, what it stands for and where that comes from. */
export interface FpirThreshold {
  readonly threshold: number
  /** The share of searches for strangers that get an answer. */
  readonly fpir: number
  /** `measured`: on strangers, in this gallery; `formula`: 1 − (1 − FMR)^N. */
  readonly fpirFrom: 'measured' | 'formula'
  readonly source: string
}

/** People by how many references they have. */
export type ReferenceCounts = ReadonlyMap<number, number>

/** Fewer strangers above a threshold carry no rate. */
const leastStrangers = 10

/** The threshold at which at most a share `fpir` of strangers gets an answer from a gallery. */
export function thresholdForFpir(
  facts: ScoreFacts,
  counts: ReferenceCounts,
  fpir: number,
  strangers?: StrangerScores,
): FpirThreshold | NoThreshold {
  const { origin, scoring, calibrations } = facts
  const references = [...counts].reduce((sum, [each, people]) => sum + each * people, 0)
  if (
    strangers !== undefined &&
    strangers.scoring === scoring &&
    strangers.references >= references &&
    originDifference(strangers.origin, origin) === undefined &&
    fpir * strangers.scores.length >= leastStrangers - 1e-9
  )
    return measuredThreshold(strangers, fpir)
  if (scoring === 'maximum') {
    const single = findCalibration(calibrations, origin, { rule: 'pair', references: 1 })
    if (single === undefined) return missing(facts, 'pair', 1)
    return fromFormula([[single, Math.max(1, references)]], fpir)
  }
  const parts: [Calibration, number][] = []
  for (const [each, people] of counts) {
    const rule = each === 1 ? 'pair' : 'mean'
    const found = findCalibration(calibrations, origin, { rule, references: each })
    if (found === undefined) return missing(facts, rule, each)
    parts.push([found, people])
  }
  const single = findCalibration(calibrations, origin, { rule: 'pair', references: 1 })
  // an empty gallery answers nobody, but says by what
  if (parts.length === 0)
    return single === undefined ? missing(facts, 'pair', 1) : fromFormula([[single, 1]], fpir)
  return fromFormula(parts, fpir)
}

/** One threshold for all rows; each kind of row has its calibration. */
const fromFormula = (
  parts: readonly (readonly [Calibration, number])[],
  fpir: number,
): FpirThreshold | NoThreshold => {
  const rows = parts.reduce((sum, [, count]) => sum + count, 0)
  const each = fmrForFpir(fpir, rows)
  let threshold = -1
  let kept = 1
  for (const [calibration, count] of parts) {
    const point = strictEnough(calibration, each)
    if (point === undefined) return tooWeak(calibration, each, ` (${rate(fpir)} over ${rows} comparisons)`)
    threshold = Math.max(threshold, point.threshold)
    kept *= 1 - fpirFromFmr(point.target, count)
  }
  const source = [...new Set(parts.map(([calibration]) => calibration.source.title))].join('; ')
  return { threshold, fpir: 1 - kept, fpirFrom: 'formula', source }
}

const measuredThreshold = ({ scores, references }: StrangerScores, fpir: number): FpirThreshold => {
  const falling = scores.toSorted((a, b) => b - a)
  const allowed = Math.floor(fpir * falling.length + 1e-9)
  const refused = falling[allowed] ?? -1
  // just above the first score that gets no answer, in single precision as scores are
  const threshold = refused + Math.max(2 ** -24, Math.abs(refused) * 2 ** -22)
  return {
    threshold,
    fpir: falling.filter((score) => score >= threshold).length / falling.length,
    fpirFrom: 'measured',
    source: `${falling.length} strangers searched among ${references} references of this gallery`,
  }
}

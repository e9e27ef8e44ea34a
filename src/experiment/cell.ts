/** @file What one training of an experiment came to, and whether it converged. */
import type { VerificationResult } from '../evaluate/result.ts'
import type { RunSeries, SeriesPoint } from '../report/series.ts'
import { windowLength } from '../train/history.ts'

/** Whether a training learned what it was to learn. */
export type Convergence =
  | { readonly kind: 'converged' }
  /** `failed`: nothing was learned; `insufficient`: something was, but the loss could not do its work. */
  | { readonly kind: 'failed' | 'insufficient'; readonly reason: string }

/** Mean angles in degrees. */
export interface MeanAngles {
  /** Image to the centre of its person's other images. */
  readonly within: number
  /** Between the centres of two people. */
  readonly between: number
  /** From a person's centre to the nearest other. */
  readonly nearest: number
}

/** The verification of a cell on the pairs all cells share. */
export interface CellVerification {
  readonly result: VerificationResult
  /** One sign a pair, in the order of the experiment's pairs: 1 decided rightly, 0 not. */
  readonly right: string
  readonly angles: MeanAngles
}

/** A finished training, as stored. */
export interface CellResult {
  readonly schema: 'cosface-cell/1'
  readonly id: string
  readonly variant: string
  readonly seed: number
  readonly convergence: Convergence
  readonly diagnoses: readonly {
    readonly iteration: number
    readonly signature: string
    readonly text: string
  }[]
  readonly iterations: number
  /** Of the training alone; with interruptions that of the last part. */
  readonly seconds?: number
  readonly imagesPerSecond?: number
  /** Mean over the last twentieth. */
  readonly lastLoss: number
  /** Means over the last twentieth. */
  readonly ownCosine: number
  readonly nearestCosine: number
  readonly curves: { readonly loss: readonly SeriesPoint[]; readonly validation: readonly SeriesPoint[] }
  /** Absent where the training was stopped. */
  readonly verification?: CellVerification
  readonly model?: string
}

const endMean = (points: readonly SeriesPoint[]): number => {
  const last = points.slice(-Math.max(1, Math.floor(points.length / 20)))
  return last.length === 0 ? NaN : last.reduce((sum, { y }) => sum + y, 0) / last.length
}

/** The figures of a training's end. */
export function endOf({ metrics, smooth }: RunSeries): {
  readonly loss: number
  readonly ownCosine: number
  readonly nearestCosine: number
  readonly winShare: number
  readonly firstLoss: number
} {
  return {
    loss: endMean(metrics.loss),
    ownCosine: endMean(metrics.ownCosine),
    nearestCosine: endMean(metrics.nearestCosine),
    winShare: endMean(metrics.winShare),
    firstLoss: metrics.loss[0]?.y ?? smooth.loss[0]?.y ?? NaN,
  }
}

/** The mean loss of the iterations that a diagnosis looked at. */
const lossBefore = ({ metrics }: RunSeries, iteration: number): number => {
  const seen = metrics.loss.filter(({ x }) => x <= iteration && x > iteration - windowLength)
  return seen.length === 0 ? NaN : seen.reduce((sum, { y }) => sum + y, 0) / seen.length
}

/**
 * Whether a training converged: stopped by a number that is not finite, verification no better than chance, a loss
 * that hardly fell, or a diagnosis that still held at the end, say no.
 */
export function convergenceOf(series: RunSeries, result: VerificationResult | undefined): Convergence {
  const { stopped, diagnoses } = series
  if (stopped?.reason === 'non-finite') return { kind: 'failed', reason: stopped.text }
  const end = endOf(series)
  const unlearned = !(end.ownCosine > end.nearestCosine)
  const chance = result !== undefined && result.accuracyInterval.low <= 0.5
  if (chance)
    return { kind: 'failed', reason: 'Verification is no better than chance: its interval holds 50 %.' }
  if (unlearned && end.loss >= 0.97 * end.firstLoss)
    return {
      kind: 'failed',
      reason: `The loss hardly fell: ${end.firstLoss.toFixed(2)} at first, ${end.loss.toFixed(2)} at the end.`,
    }
  const find = (signature: string): RunSeries['diagnoses'][number] | undefined =>
    diagnoses.find((finding) => finding.signature === signature)
  const seen = (signature: string): string | undefined => find(signature)?.text
  const unfit = find('labels-do-not-fit')
  // seen on the way, it may have been overcome since
  if (unfit !== undefined && unlearned && end.loss > 0.93 * lossBefore(series, unfit.iteration))
    return { kind: 'failed', reason: unfit.text }
  const thrown = seen('learning-rate-too-high')
  if (thrown !== undefined && (end.loss >= end.firstLoss || end.winShare < 0.05))
    return { kind: 'failed', reason: thrown }
  const margin = seen('margin-too-large')
  if (margin !== undefined && end.winShare < 0.05) return { kind: 'insufficient', reason: margin }
  const scale = seen('scale-too-small')
  return scale === undefined ? { kind: 'converged' } : { kind: 'insufficient', reason: scale }
}

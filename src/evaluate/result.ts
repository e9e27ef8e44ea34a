/** @file What an evaluation reports; the JSON on stdout has exactly these names. */

/** A proportion's or a statistic's interval at 95 %. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** TAR at one FAR; without `tar` where the pairs cannot carry it, and `insufficient` says why. */
export interface TarAtFar {
  readonly far: number
  readonly tar?: number
  readonly interval?: Interval
  readonly threshold?: number
  readonly insufficient?: string
}

export interface VerificationResult {
  readonly schema: 'cosface-evaluation/1'
  /** Which part of a benchmark it is of, where that has parts. */
  readonly part?: string
  /** The procedure in words: folds, where the threshold comes from, flip rule, tie rule. */
  readonly protocol: string
  /** Share of pairs decided rightly, mean over folds. */
  readonly accuracy: number
  /** Standard error of the mean over folds (ddof 1); absent with a single fold. */
  readonly standardError?: number
  /** Population standard deviation over folds; absent with a single fold. */
  readonly populationStd?: number
  /** Over people, thresholds kept. */
  readonly accuracyInterval: Interval
  /** Mean of the folds' thresholds; same person iff cosine ≥ threshold. */
  readonly threshold: number
  readonly thresholds: readonly number[]
  readonly auc: number
  /** Over people drawn with replacement; absent where nothing was drawn. */
  readonly aucInterval?: Interval
  readonly eer: number
  readonly eerInterval?: Interval
  readonly tarAtFar: readonly TarAtFar[]
  readonly pairs: {
    readonly total: number
    readonly same: number
    readonly different: number
    readonly skipped: number
  }
  /** The model's id, and whatever else a reader needs to repeat the number. */
  readonly model?: string
  readonly seed?: number
  readonly warnings: readonly string[]
}

/** A scored pair, for histograms and the hardest pairs. */
export interface ScoredPair {
  readonly a: string
  readonly b: string
  readonly same: boolean
  readonly fold: number
  readonly score: number
  /** Who is on `a` and on `b`, where the list says so. */
  readonly identities?: readonly [string, string]
}

/** @file What the page, the tables and the figures of an experiment are made of. */
import type { Interval } from '../evaluate/result.ts'
import type { SeriesPoint } from './series.ts'
import type { ImageKind } from './words.ts'

/** A figure over seeds. */
export interface OverSeeds {
  readonly mean: number
  /** Of a sample (n − 1); absent with a single seed. */
  readonly deviation?: number
  readonly values: readonly number[]
}

/** A training that did not do what it should. */
export interface Trouble {
  readonly seed: number
  readonly kind: 'failed' | 'insufficient'
  readonly reason: string
}

/** A variant less the reference, in accuracy. */
export interface RowDifference {
  readonly difference: number
  /** 95 %, over people drawn with replacement. */
  readonly interval: Interval
  /** Pairs that more seeds of this one decide rightly, and of the reference. */
  readonly better: number
  readonly worse: number
  /** The larger of sign test and bootstrap, two-sided, corrected (Holm). */
  readonly pairsP: number
  /** Paired t test over seeds, two-sided, corrected (Holm); absent with fewer than three. */
  readonly seedsP?: number
}

/** One variant. */
export interface ExperimentRow {
  readonly id: string
  readonly name: string
  /** The swept setting's value. */
  readonly value?: number
  /** Trainings done, and of how many. */
  readonly done: number
  readonly planned: number
  readonly isReference: boolean
  readonly accuracy?: OverSeeds
  readonly auc?: OverSeeds
  readonly eer?: OverSeeds
  /** At the lowest FAR that the pairs carry. */
  readonly tar?: OverSeeds
  /** Degrees. */
  readonly within?: OverSeeds
  readonly between?: OverSeeds
  readonly nearest?: OverSeeds
  readonly lastLoss?: OverSeeds
  readonly seconds?: OverSeeds
  readonly troubles: readonly Trouble[]
  readonly difference?: RowDifference
  readonly curves: readonly {
    readonly seed: number
    readonly loss: readonly SeriesPoint[]
    readonly validation: readonly SeriesPoint[]
  }[]
}

/** An experiment, done or under way. */
export interface ExperimentContents {
  readonly kind: 'compare' | 'sweep' | 'normalisation'
  readonly title: string
  readonly images: ImageKind
  readonly rows: readonly ExperimentRow[]
  readonly reference: string
  readonly seeds: readonly number[]
  /** What is reported on, and where the threshold comes from, in words. */
  readonly judgedOn: string
  readonly threshold: string
  /** The FAR of the rows' `tar`. */
  readonly far?: number
  /** What is tested, where anything is. */
  readonly tested?: string
  readonly sweep?: {
    readonly parameter: 'margin' | 'scale'
    readonly option: string
    /** Eq 6 or 7 for these classes: a line across the axis. */
    readonly bound?: { readonly at: number; readonly label: string }
  }
  readonly notes: readonly string[]
  readonly settings: readonly (readonly [string, string])[]
}

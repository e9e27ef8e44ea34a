/** @file One figure of a protocol, and the figures of one result. */
import type { Interval } from '../result.ts'

/** A figure with its uncertainty; without `value` where the data cannot carry it, and `insufficient` says why. */
export interface Figure {
  /** Stable, for programs: `accuracy`, `tar@far=1e-6`. */
  readonly id: string
  /** For readers: `TAR at FAR 1e-6`. */
  readonly name: string
  /** A share in [0, 1], a cosine in [−1, 1], a squared distance in [0, 4]. */
  readonly unit: 'share' | 'cosine' | 'squared distance'
  readonly value?: number
  readonly interval?: Interval
  readonly insufficient?: string
  /** What the figure is, where its name does not say it. */
  readonly note?: string
  /** Whether tables leave it to one of the `remarks`. */
  readonly folded?: true
}

/** The figures of one result, and the counts they rest on. */
export interface FigureGroup {
  readonly title: string
  /** The procedure in words. */
  readonly procedure: string
  readonly figures: readonly Figure[]
  readonly counts: readonly (readonly [what: string, count: number])[]
  /** Sentences below the figures. */
  readonly remarks?: readonly string[]
}

/** @file What the paper proves about s and m (Eq 6, Eq 7), and what the loss will be at the start. */
import { checkInteger, checkNumber, checkOptions } from '../base/check.ts'
import { capShare, logMeanExponential } from './directions.ts'

/**
 * Eq 6: the least s with which the centres of C classes can reach the posterior P of their own class,
 * (C−1)/C · ln((C−1)·P / (1−P)). Reached only by a simplex, so with C > D + 1 more is needed.
 * @param classes C, at least 2
 * @param posterior P in (0, 1)
 */
export function scaleLowerBound(classes: number, posterior: number): number {
  checkInteger('classes', classes, { min: 2 })
  checkNumber('posterior', posterior, { above: 0, below: 1 })
  return ((classes - 1) / classes) * Math.log(((classes - 1) * posterior) / (1 - posterior))
}

/** Which of Eq 7's cases holds. */
export type MarginRegime = 'plane' | 'simplex' | 'crowded'

/** The upper bound on m. */
export interface MarginBound {
  readonly regime: MarginRegime
  /** Eq 7's figure: 1 − cos(2π/C) in the plane, C/(C−1) otherwise. */
  readonly bound: number
  /** The largest m that is not ruled out; below `bound` where classes are crowded. */
  readonly largest: number
}

/**
 * Eq 7: the largest m for C classes in D dimensions.
 *
 * - `plane` (D = 2): m ≤ 1 − cos(2π/C)
 * - `simplex` (C ≤ D + 1): m ≤ C/(C−1)
 * - `crowded` (C > D + 1): m far below C/(C−1); `largest` follows from what no arrangement of directions can exceed.
 */
export function marginUpperBound(classes: number, embeddingSize: number): MarginBound {
  checkInteger('classes', classes, { min: 2 })
  checkInteger('embeddingSize', embeddingSize, { min: 1 })
  if (embeddingSize === 2) {
    const bound = 1 - Math.cos((2 * Math.PI) / classes)
    return { regime: 'plane', bound, largest: bound }
  }
  const bound = classes / (classes - 1)
  if (classes <= embeddingSize + 1) return { regime: 'simplex', bound, largest: bound }
  return { regime: 'crowded', bound, largest: crowdedMargin(classes, embeddingSize) }
}

/**
 * With C > D + 1 directions two of them are at most 90° apart (Rankin), and caps of half the smallest angle around
 * all of them must fit on the sphere: each limits 1 − max cos from above.
 */
const crowdedMargin = (classes: number, embeddingSize: number): number => {
  if (embeddingSize === 1) return 0
  const shareWithin = capShare(embeddingSize)
  // caps of 45° that fit leave Rankin's limit alone
  if (shareWithin(Math.PI / 4) * classes <= 1) return 1
  let [low, high] = [0, Math.PI / 4]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    if (shareWithin(middle) * classes <= 1) low = middle
    else high = middle
  }
  return 1 - Math.cos(2 * low)
}

/** A loss's setting, for what it will be at first and can be at best. */
export interface LossSetting {
  /** C, at least 1. */
  readonly classes: number
  /** s, at least 0. */
  readonly scale: number
  /** m, a cosine. */
  readonly margin: number
  /** D, at least 1. */
  readonly embeddingSize: number
}

/** @throws UsageError on a missing or misspelled name, or a number out of its range */
export function checkLossSetting(what: string, setting: LossSetting): LossSetting {
  checkOptions(what, setting, ['classes', 'scale', 'margin', 'embeddingSize'])
  checkInteger('classes', setting.classes, { min: 1 })
  checkNumber('scale', setting.scale, { min: 0 })
  checkNumber('margin', setting.margin)
  checkInteger('embeddingSize', setting.embeddingSize, { min: 1 })
  return setting
}

/**
 * The loss of an untrained network, whose embeddings know nothing of the class directions: s·m + ln C + ln E[e^(s cos θ)]
 * over random directions. For D ≫ s the last term is s²/(2D), in two dimensions ln I₀(s); it never exceeds s. The mean of
 * logarithms is less than this logarithm of a mean, noticeably so where s is large beside √D and C is small.
 * @throws UsageError on a number out of its range
 */
export function expectedFirstLoss(setting: LossSetting): number {
  const { classes, scale, margin, embeddingSize } = checkLossSetting('the first loss', setting)
  return scale * margin + Math.log(classes) + logMeanExponential(scale, embeddingSize)
}

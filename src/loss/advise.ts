/** @file Which s and m can work for so many people, and what the loss will then look like. */
import { checkInteger, checkNumber } from '../base/check.ts'
import { threeDigits } from '../base/words.ts'
import {
  expectedFirstLoss,
  lossFloor,
  marginUpperBound,
  scaleLowerBound,
  type LossSetting,
  type MarginBound,
} from './bounds.ts'

/** What advice is asked for. */
export interface AdviceRequest {
  /** C, at least 2. */
  readonly classes: number
  /** D. @defaultValue 512 */
  readonly embeddingSize?: number
  /** The wanted posterior of a class centre, in (0, 1). @defaultValue 0.999 */
  readonly posterior?: number
  /** Images in the training set; needed for the length of an epoch. */
  readonly images?: number
  /** @defaultValue 64 */
  readonly batch?: number
  /** Measured seconds of one iteration; needed for the time of an epoch. */
  readonly secondsPerIteration?: number
}

/** A scale and a margin with what follows from them. */
export interface Suggestion {
  readonly scale: number
  readonly margin: number
  /** One sentence each. */
  readonly reasons: readonly string[]
  readonly expectedFirstLoss: number
  readonly lossFloor: number
}

/** Bytes that the class head takes during training. */
export interface HeadMemory {
  readonly weights: number
  /** Gradient and velocity of the weights. */
  readonly optimizer: number
  /** Logits and their gradient for one batch. */
  readonly logits: number
  readonly total: number
}

/** What `cosface advise` says, as data. */
export interface Advice {
  readonly classes: number
  readonly embeddingSize: number
  readonly posterior: number
  /** Eq 6 for the wanted posterior and for a few others, by rising posterior. */
  readonly scaleBounds: readonly { readonly posterior: number; readonly scale: number }[]
  readonly marginBound: MarginBound
  /** C > D + 1: the classes cannot form a simplex, so more scale and less margin are needed than the bounds say. */
  readonly optimistic: boolean
  readonly suggestion: Suggestion
  readonly memory: HeadMemory
  readonly iterationsPerEpoch?: number
  readonly secondsPerEpoch?: number
}

/** The largest scale a loss takes. */
const largestScale = 1000
const usualScales: readonly number[] = [8, 16, 24, 32, 48, 64, 96, 128]

/** The least s at which the floor of the loss is under `wanted`, found by halving; the floor falls as s grows. */
export function scaleForFloor(setting: Omit<LossSetting, 'scale'>, wanted: number): number {
  let [low, high] = [0, 1]
  while (lossFloor({ ...setting, scale: high }) > wanted) {
    if (high > 1e6) return Number.POSITIVE_INFINITY
    high *= 2
  }
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (lossFloor({ ...setting, scale: middle }) > wanted) low = middle
    else high = middle
  }
  return high
}

const marginFor = ({ regime, largest }: MarginBound): { margin: number; reason: string } => {
  // the paper's toy uses 0.2 where 0.29 is possible: leave a third
  const room = Math.floor(largest * 0.7 * 100) / 100
  if (room >= 0.35)
    return { margin: 0.35, reason: 'margin 0.35: where accuracy saturates in the paper (Fig 5)' }
  const limit = regime === 'plane' ? '1 − cos(2π/C)' : 'what so many directions can keep apart'
  return {
    margin: Math.max(0, room),
    reason: `margin ${threeDigits(Math.max(0, room))}: about 0.7 of ${threeDigits(largest)}, ${limit} (Eq 7)`,
  }
}

const suggest = (
  setting: { classes: number; embeddingSize: number },
  bound: MarginBound,
  posterior: number,
): Suggestion => {
  const { margin, reason } = marginFor(bound)
  const byPosterior = scaleLowerBound(setting.classes, posterior)
  const byFloor = scaleForFloor({ ...setting, margin }, 0.01)
  const needed = Math.max(byPosterior, byFloor)
  const large = setting.classes >= 1000 && needed <= 64
  const possible = needed <= largestScale / 1.5
  const scale = large
    ? 64
    : possible
      ? (usualScales.find((value) => value >= 1.5 * needed) ?? Math.ceil(1.5 * needed))
      : largestScale
  const least =
    `a posterior of ${posterior} needs ${threeDigits(byPosterior)} (Eq 6), ` +
    `a loss that can fall to 0.01 with this margin needs ${threeDigits(byFloor)}`
  const why = large
    ? `scale 64: the paper's; ${least}`
    : possible
      ? `scale ${scale}: half as much again as needed; ${least}`
      : `scale ${scale}: the largest there is, and still too small for ${setting.classes} classes in ${setting.embeddingSize} dimensions; take more dimensions`
  return {
    scale,
    margin,
    reasons: [reason, why],
    expectedFirstLoss: expectedFirstLoss({ ...setting, scale, margin }),
    lossFloor: lossFloor({ ...setting, scale, margin }),
  }
}

/** The memory of a class head [C, D] trained with momentum on batches of N: 3·C·D and 2·N·C numbers of 4 bytes. */
export function headMemory(classes: number, embeddingSize: number, batch: number): HeadMemory {
  const weights = 4 * classes * embeddingSize
  const logits = 2 * 4 * batch * classes
  return { weights, optimizer: 2 * weights, logits, total: 3 * weights + logits }
}

/**
 * Bounds, a suggested scale and margin, and what to expect of them.
 * @throws UsageError where C < 2, P is outside (0, 1) or another number is out of range
 */
export function advise(request: AdviceRequest): Advice {
  const classes = checkInteger('classes', request.classes, { min: 2 })
  const embeddingSize = checkInteger('embeddingSize', request.embeddingSize ?? 512, { min: 1 })
  const posterior = checkNumber('posterior', request.posterior ?? 0.999, { above: 0, below: 1 })
  const batch = checkInteger('batch', request.batch ?? 64, { min: 1 })
  const marginBound = marginUpperBound(classes, embeddingSize)
  const posteriors = [...new Set([0.9, 0.99, 0.999, 0.9999, posterior])].sort((a, b) => a - b)
  const iterations =
    request.images === undefined
      ? undefined
      : Math.max(1, Math.floor(checkInteger('images', request.images, { min: 1 }) / batch))
  const seconds =
    request.secondsPerIteration === undefined
      ? undefined
      : checkNumber('secondsPerIteration', request.secondsPerIteration, { above: 0 })
  return {
    classes,
    embeddingSize,
    posterior,
    scaleBounds: posteriors.map((value) => ({ posterior: value, scale: scaleLowerBound(classes, value) })),
    marginBound,
    optimistic: classes > embeddingSize + 1,
    suggestion: suggest({ classes, embeddingSize }, marginBound, posterior),
    memory: headMemory(classes, embeddingSize, batch),
    ...(iterations === undefined ? {} : { iterationsPerEpoch: iterations }),
    ...(iterations === undefined || seconds === undefined ? {} : { secondsPerEpoch: iterations * seconds }),
  }
}

/** @file Which s and m can work for so many people, and what the loss will then look like. */
import { checkInteger, checkNumber, checkOptions } from '../base/check.ts'
import { threeDigits, withCommas } from '../base/words.ts'
import {
  expectedFirstLoss,
  marginUpperBound,
  scaleLowerBound,
  type LossSetting,
  type MarginBound,
} from './bounds.ts'
import { lossFloor, lossFloorOf } from './floor.ts'

/** What advice is asked for. */
export interface AdviceRequest {
  /** C, at least 2. */
  readonly classes: number
  /** D, at least 2. @defaultValue 512 */
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
export function scaleForFloor(
  { classes, embeddingSize, margin }: Omit<LossSetting, 'scale'>,
  wanted: number,
): number {
  const floor = lossFloorOf(classes, embeddingSize)
  let [low, high] = [0, 1]
  while (floor(high, margin) > wanted) {
    if (high > 1e6) return Number.POSITIVE_INFINITY
    high *= 2
  }
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    if (floor(middle, margin) > wanted) low = middle
    else high = middle
  }
  return high
}

const marginFor = ({ regime, largest }: MarginBound): { margin: number; reason: string } => {
  // the paper's toy uses 0.2 where 0.29 is possible: leave a third
  const room = Math.floor(largest * 0.7 * 100) / 100
  if (room >= 0.35)
    return { margin: 0.35, reason: 'margin 0.35: where accuracy saturates in the paper (Fig 5)' }
  const limit = regime === 'plane' ? '1 − cos(2π/C)' : 'which so many directions never exceed'
  return {
    margin: Math.max(0, room),
    reason: `margin ${threeDigits(Math.max(0, room))}: about 0.7 of ${threeDigits(largest)}, ${limit} (Eq 7)`,
  }
}

/** What the wanted posterior and a small loss ask of s. */
const needs = (
  byPosterior: number,
  byFloor: number,
  posterior: number,
  margin: number,
  isLeast: boolean,
): string => {
  const need = isLeast ? 'needs at least' : 'needs'
  const eq6 =
    byPosterior > 0
      ? `a posterior of ${posterior} ${need} ${threeDigits(byPosterior)} (Eq 6)`
      : `any scale reaches a posterior of ${posterior} (Eq 6)`
  return `${eq6}, a loss that can fall to 0.01 with margin ${margin} ${need} ${threeDigits(byFloor)}`
}

const suggest = (
  setting: { classes: number; embeddingSize: number },
  bound: MarginBound,
  posterior: number,
): Suggestion => {
  const { classes, embeddingSize } = setting
  const { margin, reason } = marginFor(bound)
  const byPosterior = scaleLowerBound(classes, posterior)
  const byFloor = scaleForFloor({ ...setting, margin }, 0.01)
  const needed = Math.max(byPosterior, byFloor)
  const large = classes >= 1000 && needed <= 64
  const possible = needed <= largestScale / 1.5
  const scale = large
    ? 64
    : possible
      ? (usualScales.find((value) => value >= 1.5 * needed) ?? Math.ceil(1.5 * needed))
      : largestScale
  const isCrowded = classes > embeddingSize + 1
  const least = needs(byPosterior, byFloor, posterior, margin, isCrowded)
  const half = isCrowded ? 'half as much again as the bounds ask for' : 'half as much again as needed'
  const why = large
    ? `scale 64: the paper's; ${least}`
    : possible
      ? `scale ${scale}: ${half}; ${least}`
      : `scale ${scale}: the largest there is, and still too small for ${withCommas(classes)} classes in ${embeddingSize} dimensions; take more dimensions`
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

const requestNames: readonly (keyof AdviceRequest)[] = [
  'classes',
  'embeddingSize',
  'posterior',
  'images',
  'batch',
  'secondsPerIteration',
]

/**
 * Bounds, a suggested scale and margin, and what to expect of them (CosFace, Eq 6 and Eq 7).
 * @throws UsageError on an unknown name, where C < 2, D < 2, P is outside (0, 1) or another number is out of range
 */
export function advise(request: AdviceRequest): Advice {
  checkOptions('advise', request, requestNames)
  const classes = checkInteger('classes', request.classes, { min: 2 })
  const embeddingSize = checkInteger('embeddingSize', request.embeddingSize ?? 512, { min: 2 })
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

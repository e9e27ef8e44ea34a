/** @file What the loss of a configuration should be at first and can be at best, whatever its margin is made of. */
import { expectedFirstLoss } from './bounds.ts'
import { targetCurve } from './boundary.ts'
import { lossFloor } from './floor.ts'
import type { HeadSize, LossSettings } from './head.ts'
import { type MarginHead, normalisesFeatures } from './margin-head.ts'
import { readOptions, type LossOptions } from './options.ts'
import { scaleAt } from './ramps.ts'
import { lossByName, optionsOf } from './registry.ts'

/** In the unit of the loss, for one iteration. */
export interface LossExpectation {
  /** The loss of an untrained network, its embeddings at right angles to the class directions. */
  readonly first: number
  /** The loss of somebody who guesses, all cosines 0: s·m + ln C. */
  readonly guessing: number
  /** What it cannot go under once every ramp is over. */
  readonly floor: number
}

/** An iteration after every ramp. */
const end = 1e6

interface Setting {
  readonly head: MarginHead
  readonly options: LossOptions
  /** ‖x‖ = s. */
  readonly scaled: boolean
}

const settingOf = (settings: LossSettings): Setting | undefined => {
  const head = lossByName(settings.name)
  if (head.kind !== 'margin') return undefined
  const options = readOptions(head.name, optionsOf(head), settings)
  const scaled = normalisesFeatures(head, options)
  return { head, options, scaled: scaled && options.has('scale') }
}

/** The margin at an angle: what the own cosine loses there. */
const marginAt = (settings: LossSettings, cosine: number, iteration: number, featureNorm?: number): number =>
  cosine -
  (targetCurve(settings, [cosine], {
    iteration,
    ...(featureNorm === undefined ? {} : { featureNorm }),
  })[0] ?? cosine)

/**
 * The loss at an iteration of a network that has learned nothing yet, and the floor; undefined where they do not follow
 * from s, m, C and D: without a scale (softmax, embedding losses, AdaCos), with a penalty on lengths (MagFace),
 * sub-centres, label smoothing or an added loss.
 * @param iteration counted from 0; ramps of scale and margin follow it
 * @throws UsageError on wrong settings
 */
export function expectLoss(
  settings: LossSettings,
  size: HeadSize,
  iteration: number = 0,
): LossExpectation | undefined {
  const setting = settingOf(settings)
  if (setting === undefined || !setting.scaled || setting.head.name === 'magface') return undefined
  const { options } = setting
  const plain = ['labelSmoothing', 'centerWeight', 'contrastiveWeight', 'tripletWeight'].every(
    (name) => options.number(name) === 0,
  )
  if (!plain || options.number('subcenters') > 1) return undefined
  const { classes, embeddingSize } = size
  const [scale, margin] = [scaleAt(options, iteration), marginAt(settings, 0, iteration)]
  return {
    first: expectedFirstLoss({ classes, embeddingSize, scale, margin }),
    guessing: scale * margin + Math.log(classes),
    floor: lossFloor({
      classes,
      embeddingSize,
      scale: scaleAt(options, end),
      margin: marginAt(settings, 1, end),
    }),
  }
}

/** Where a run stands, for losses that follow the lengths and angles of its embeddings. */
export interface Standing {
  readonly iteration: number
  /** Mean ‖x‖. */
  readonly featureNorm: number
  /** Mean cosine to the own class. */
  readonly ownCosine: number
}

/**
 * The loss of somebody who guesses: s·m + ln C where all cosines are alike, the margin taken at the cosine the own class
 * has; for triplet and contrastive loss that of embeddings which are all the same. Undefined for center loss.
 */
export function guessedLoss(
  settings: LossSettings,
  { classes }: HeadSize,
  { iteration, featureNorm, ownCosine }: Standing,
): number | undefined {
  const loss = lossByName(settings.name)
  const options = readOptions(loss.name, optionsOf(loss), settings)
  if (loss.kind === 'embedding') {
    if (options.has('tripletMargin')) return options.number('tripletMargin')
    return options.has('contrastiveMargin') ? options.number('contrastiveMargin') ** 2 / 2 : undefined
  }
  const scaled = settingOf(settings)?.scaled === true
  const length = scaled ? scaleAt(options, iteration) : featureNorm
  const margin = marginAt(settings, Math.min(1, Math.max(-1, ownCosine)), iteration, featureNorm)
  return length * margin + Math.log(classes)
}

/**
 * By how much the ramps of scale and margin, and an annealed margin, have raised the loss of an untrained network since
 * `since`: for every loss over class weights, also where its first loss is not known beforehand.
 * @param featureNorm mean ‖x‖; it counts where the embeddings keep their length or the margin follows it
 */
export function rampedLoss(
  settings: LossSettings,
  { embeddingSize }: HeadSize,
  iteration: number,
  { since, featureNorm }: { readonly since: number; readonly featureNorm: number },
): number {
  const setting = settingOf(settings)
  if (setting === undefined) return 0
  const { options, scaled } = setting
  const at = (moment: number): number => {
    const length = scaled ? scaleAt(options, moment) : featureNorm
    const spread = scaled ? expectedFirstLoss({ classes: 1, embeddingSize, scale: length, margin: 0 }) : 0
    return length * marginAt(settings, 0, moment, featureNorm) + spread
  }
  return at(iteration) - at(since)
}

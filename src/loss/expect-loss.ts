/** @file What the loss of a configuration should be at first and can be at best, whatever its margin is made of. */
import { expectedFirstLoss, lossFloor } from './bounds.ts'
import { targetCurve } from './boundary.ts'
import type { HeadSize, LossSettings } from './head.ts'
import { readOptions } from './options.ts'
import { scaleAt } from './ramps.ts'
import { lossByName, optionsOf } from './registry.ts'

/** Both in the unit of the loss. */
export interface LossExpectation {
  /** The loss at iteration 0, embeddings at right angles to the class directions. */
  readonly first: number
  /** What it cannot go under once every ramp is over. */
  readonly floor: number
}

/** An iteration after every ramp. */
const end = 1e6

/**
 * The first loss and the floor; undefined where they do not follow from s, m, C and D: without a scale (softmax, embedding
 * losses, AdaCos), with a penalty on lengths (MagFace), sub-centres, label smoothing or an added loss.
 * @throws UsageError on wrong settings
 */
export function expectLoss(
  settings: LossSettings,
  { classes, embeddingSize }: HeadSize,
): LossExpectation | undefined {
  const loss = lossByName(settings.name)
  if (loss.kind !== 'margin' || loss.name === 'magface') return undefined
  const options = readOptions(loss.name, optionsOf(loss), settings)
  const scaled = options.has('normaliseFeatures') ? options.flag('normaliseFeatures') : loss.normaliseFeatures
  const plain = ['labelSmoothing', 'centerWeight', 'contrastiveWeight', 'tripletWeight'].every(
    (name) => options.number(name) === 0,
  )
  if (!scaled || !plain || !options.has('scale') || options.number('subcenters') > 1) return undefined
  // the margin at an angle is what the own cosine loses there
  const marginAt = (cosine: number, iteration: number): number =>
    cosine - (targetCurve(settings, [cosine], { iteration })[0] ?? cosine)
  const size = { classes, embeddingSize }
  return {
    first: expectedFirstLoss({ ...size, scale: scaleAt(options, 0), margin: marginAt(0, 0) }),
    floor: lossFloor({ ...size, scale: scaleAt(options, end), margin: marginAt(1, end) }),
  }
}

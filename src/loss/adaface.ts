/** @file AdaFace: the margin's kind and size follow the embedding's length, taken as the picture's quality. */
import {
  add,
  cos,
  divide,
  greater,
  maximum,
  mean,
  minimum,
  multiply,
  negate,
  reshape,
  select,
  sqrt,
  stopGradient,
  subtract,
  sum,
} from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import { cosineOfSum } from './angle.ts'
import type { MarginContext, MarginHead, MarginResult } from './margin-head.ts'
import { marginWarmupOption, scaleOption, scaleWarmupOptions } from './options.ts'
import { halve, rampMargin } from './remedies.ts'

const meanName = 'head.normMean'
const deviationName = 'head.normDeviation'

/** cos(clip(θ + a, 0, π)) for an angle a of either sign, one a sample. */
const clippedSum = (cosine: AnyValue, angle: AnyValue): AnyValue => {
  const turned = cosineOfSum(cosine, angle)
  const below = greater(cosine, cos(angle))
  const above = greater(negate(cos(angle)), cosine)
  const forward = greater(angle, 0)
  return select(forward, select(above, -1, turned), select(below, 1, turned))
}

const moving = (before: AnyValue, now: AnyValue, rate: number): AnyValue =>
  reshape(add(multiply(before, 1 - rate), multiply(now, rate)), [])

const adjust = ({ ownCosine, norms, options, option, value }: MarginContext): MarginResult => {
  const samples = norms.shape[0] ?? 1
  const lengths = maximum(minimum(stopGradient(norms), 100), 0.001)
  const average = mean(lengths)
  const offsets = subtract(lengths, average)
  // the unbiased deviation; one sample has none
  const deviation = sqrt(divide(sum(multiply(offsets, offsets)), Math.max(1, samples - 1)))
  const rate = options.number('normRate')
  const [newMean, newDeviation] = [
    moving(value(meanName), average, rate),
    moving(value(deviationName), deviation, rate),
  ]
  const spread = multiply(
    divide(subtract(lengths, newMean), add(newDeviation, 0.001)),
    options.number('concentration'),
  )
  const quality = maximum(minimum(spread, 1), -1)
  const margin = option('adaptiveMargin')
  const turned = clippedSum(ownCosine, negate(multiply(quality, margin)))
  return {
    own: subtract(turned, add(multiply(quality, margin), margin)),
    buffers: { [meanName]: newMean, [deviationName]: newDeviation },
  }
}

/** AdaFace. */
export const adaface: MarginHead = {
  kind: 'margin',
  name: 'adaface',
  aliases: [],
  title: 'AdaFace: the margin follows the picture quality',
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [
    scaleOption,
    {
      name: 'adaptiveMargin',
      meaning: 'm, the size of the margin, both as an angle and as a cosine',
      unit: 'radians and cosine',
      default: 0.4,
      range: { min: 0, max: 1 },
      paper: '0.4',
    },
    {
      name: 'concentration',
      meaning: 'h, the share of lengths between the two extremes of the margin',
      unit: 'none',
      default: 0.333,
      range: { above: 0, max: 10 },
      paper: '0.33',
    },
    {
      name: 'normRate',
      meaning: 'how much of each batch enters the running mean and deviation of the lengths',
      unit: 'share',
      default: 0.01,
      range: { above: 0, max: 1 },
      paper: '0.01',
    },
    marginWarmupOption,
    ...scaleWarmupOptions,
  ],
  acrossBatch: () => 'adaface averages the lengths batch by batch',
  ramped: ['adaptiveMargin'],
  remedies: { easeIn: rampMargin, lessMargin: halve('adaptiveMargin') },
  buffers: () => [
    { name: meanName, shape: [], initial: 20 },
    { name: deviationName, shape: [], initial: 100 },
  ],
  adjust,
}

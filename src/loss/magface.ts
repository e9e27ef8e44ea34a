/** @file MagFace: the angular margin grows with the embedding's length, and a penalty rewards length. */
import { UsageError } from '../base/errors.ts'
import {
  add,
  divide,
  greater,
  maximum,
  mean,
  minimum,
  multiply,
  select,
  subtract,
  type Operand,
} from '../graph/ops.ts'
import { additiveAngle, cosineOfSum } from './angle.ts'
import type { LossOption } from './head.ts'
import type { MarginHead } from './margin-head.ts'
import { marginWarmupOption, scaleOption, scaleWarmupOptions } from './options.ts'
import { halve, rampMargin } from './remedies.ts'

const numberOption = (
  name: string,
  meaning: string,
  unit: string,
  byDefault: number,
  range: LossOption['range'] & object,
): LossOption => ({
  name,
  meaning,
  unit,
  default: byDefault,
  range,
  paper: String(byDefault),
})

/** MagFace. */
export const magface: MarginHead = {
  kind: 'margin',
  name: 'magface',
  aliases: [],
  title: "MagFace: the margin grows with the embedding's length",
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [
    scaleOption,
    numberOption('shortNorm', 'l_a, lengths below count as this', 'none', 10, { above: 0 }),
    numberOption('longNorm', 'u_a, lengths above count as this', 'none', 110, { above: 0 }),
    numberOption('shortMarginRadians', 'l_m, the margin at `shortNorm`', 'radians', 0.45, {
      min: 0,
      max: Math.PI / 2,
    }),
    numberOption('longMarginRadians', 'u_m, the margin at `longNorm`', 'radians', 0.8, {
      min: 0,
      max: Math.PI / 2,
    }),
    numberOption('normWeight', 'λ_g, weight of the penalty on short embeddings', 'none', 35, { min: 0 }),
    {
      name: 'easyMargin',
      meaning: 'leave own angles of 90° and more without a margin; off, they have one as in arcface',
      unit: 'none',
      default: true,
      paper: 'on in its published code',
    },
    marginWarmupOption,
    ...scaleWarmupOptions,
  ],
  acrossBatch: undefined,
  ramped: ['shortMarginRadians', 'longMarginRadians'],
  remedies: { easeIn: rampMargin, lessMargin: halve('shortMarginRadians', 'longMarginRadians') },
  check: (options) => {
    if (options.number('shortNorm') >= options.number('longNorm')) {
      throw new UsageError(
        `Expected \`longNorm\` to be above \`shortNorm\` ${options.number('shortNorm')}, got ${options.number('longNorm')}`,
      )
    }
  },
  adjust: ({ ownCosine, norms, options, option }) => {
    const [short, long] = [options.number('shortNorm'), options.number('longNorm')]
    const length = maximum(minimum(norms, long), short)
    const [low, high]: [Operand, Operand] = [option('shortMarginRadians'), option('longMarginRadians')]
    const margin = add(multiply(subtract(length, short), divide(subtract(high, low), long - short)), low)
    const penalty = mean(add(divide(length, long * long), divide(1, length)))
    const own = options.flag('easyMargin')
      ? select(greater(ownCosine, 0), cosineOfSum(ownCosine, margin), ownCosine)
      : additiveAngle(ownCosine, margin)
    return { own, penalty: multiply(penalty, options.number('normWeight')) }
  },
}

/** @file AdaCos: no margin, and a scale that follows the angles of the batch. */
import {
  add,
  cos,
  divide,
  exp,
  log,
  max,
  minimum,
  multiply,
  negate,
  reshape,
  select,
  stopGradient,
  subtract,
  sum,
  acos,
  maximum,
} from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import { UsageError } from '../base/errors.ts'
import type { MarginContext, MarginHead, MarginResult } from './margin-head.ts'
import { median } from './rank.ts'

const scaleName = 'head.adaptiveScale'

/** √2·ln(C − 1), where AdaCos starts and its fixed form stays. */
export function adacosScale(classes: number): number {
  return Math.SQRT2 * Math.log(classes - 1)
}

/** s = ln B / cos(min(π/4, θ_med)), B the mean over the batch of Σ_{j≠y} e^{s'·cos θ_j} under the scale s' before. */
const adaptedScale = ({ cosine, ownCosine, own, value }: MarginContext): AnyValue => {
  const before = value(scaleName)
  const rivals = select(own, -1e30, multiply(stopGradient(cosine), before))
  const largest = max(rivals)
  const samples = cosine.shape[0] ?? 1
  const logarithm = add(log(divide(sum(exp(subtract(rivals, largest))), samples)), largest)
  // θ falls with cos θ: the lower median of the one is the upper of the other
  const middle = negate(median(negate(stopGradient(ownCosine))))
  const angle = acos(maximum(minimum(middle, 1), -1))
  return divide(logarithm, cos(minimum(angle, Math.PI / 4)))
}

const adjust = (context: MarginContext): MarginResult => {
  const scale = context.options.flag('fixed') ? context.value(scaleName) : adaptedScale(context)
  const kept = reshape(stopGradient(scale), [])
  return { own: context.ownCosine, scale: kept, buffers: { [scaleName]: kept } }
}

/** AdaCos, dynamic by default. */
export const adacos: MarginHead = {
  kind: 'margin',
  name: 'adacos',
  aliases: [],
  title: 'AdaCos: no margin, the scale follows the batch',
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [
    {
      name: 'fixed',
      meaning: 'keep the scale at √2·ln(C − 1)',
      unit: 'none',
      default: false,
      paper: 'both forms',
    },
  ],
  acrossBatch: (options) =>
    options.flag('fixed') ? undefined : 'adacos takes its scale from the angles of a batch',
  ramped: [],
  remedies: {},
  check: (_, size) => {
    if (size !== undefined && size.classes < 3) {
      throw new UsageError(
        `The loss adacos starts from the scale √2·ln(C − 1) and needs at least 3 classes, got ${size.classes}`,
      )
    }
  },
  buffers: ({ classes }) => [{ name: scaleName, shape: [], initial: adacosScale(classes) }],
  adjust,
}

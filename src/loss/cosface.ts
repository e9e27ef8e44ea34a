/** @file The large margin cosine loss of the paper, Eq 4 and 5. */
import { subtract } from '../graph/ops.ts'
import type { MarginHead } from './margin-head.ts'
import {
  marginOption,
  marginWarmupOption,
  normaliseFeaturesOption,
  scaleOption,
  scaleWarmupOptions,
} from './options.ts'
import { halve, rampMargin } from './remedies.ts'

/** CosFace, LMCL: the own cosine becomes cos θ_y − m. */
export const cosface: MarginHead = {
  kind: 'margin',
  name: 'cosface',
  aliases: ['lmcl', 'amsoftmax', 'am-softmax'],
  title: 'large margin cosine loss (CosFace), Eq 4',
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [
    scaleOption,
    marginOption,
    normaliseFeaturesOption(true, 'on; off only in Table 1, then started from softmax'),
    marginWarmupOption,
    ...scaleWarmupOptions,
  ],
  acrossBatch: undefined,
  ramped: ['margin'],
  remedies: { easeIn: rampMargin, lessMargin: halve('margin') },
  adjust: ({ ownCosine, option }) => ({ own: subtract(ownCosine, option('margin')) }),
}

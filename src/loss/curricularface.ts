/** @file CurricularFace: ArcFace's margin, and other classes that already look like the sample weigh more as training goes on. */
import { add, greater, mean, multiply, reshape, select, stopGradient } from '../graph/ops.ts'
import { additiveAngle, cosineOfSum } from './angle.ts'
import { marginRadiansOption } from './arcface.ts'
import type { MarginHead } from './margin-head.ts'
import { marginWarmupOption, scaleOption, scaleWarmupOptions } from './options.ts'
import { halve, rampMargin } from './remedies.ts'

const averageName = 'head.averageCosine'
const rate = 0.01

/** CurricularFace. */
export const curricularface: MarginHead = {
  kind: 'margin',
  name: 'curricularface',
  aliases: ['curricular'],
  title: 'CurricularFace: easy negatives first, hard ones later',
  normaliseWeights: true,
  normaliseFeatures: true,
  options: [scaleOption, marginRadiansOption, marginWarmupOption, ...scaleWarmupOptions],
  acrossBatch: () => 'curricularface averages the cosines batch by batch',
  ramped: ['marginRadians'],
  remedies: { easeIn: rampMargin, lessMargin: halve('marginRadians') },
  buffers: () => [{ name: averageName, shape: [], initial: 0 }],
  adjust: ({ cosine, ownCosine, option, value }) => {
    const angle = option('marginRadians')
    // t, the running mean of the own cosines, is updated before it is used
    const t = add(multiply(value(averageName), 1 - rate), multiply(mean(stopGradient(ownCosine)), rate))
    const hard = greater(cosine, stopGradient(cosineOfSum(ownCosine, angle)))
    const kept = reshape(t, [])
    return {
      own: additiveAngle(ownCosine, angle),
      others: select(hard, multiply(cosine, add(cosine, kept)), cosine),
      buffers: { [averageName]: kept },
    }
  },
}

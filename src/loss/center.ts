/** @file Center loss: embeddings drawn to their class's centre, which follows them at its own rate. */
import {
  add,
  cast,
  divide,
  greater,
  matmul,
  max,
  mean,
  multiply,
  negate,
  oneHot,
  reshape,
  select,
  stopGradient,
  subtract,
  sum,
} from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { EmbeddingLoss } from './embedding-loss.ts'
import type { HeadMetrics } from './head.ts'
import { atOwn } from './margin-loss.ts'
import { rowLengths, unitRows } from './norm.ts'

const centersName = 'head.centers'

/** Cosines and nearness to the centres, as the margin heads have them to the class weights. */
const metrics = (features: AnyValue, own: AnyValue, centers: AnyValue): HeadMetrics => {
  const x = stopGradient(features)
  const norms = rowLengths(x)
  const mine = greater(own, 0.5)
  const cosine = matmul(unitRows(x, norms), unitRows(centers), { transposeB: true })
  // ‖x − c‖² without ‖x‖², which all centres share
  const lengths = reshape(sum(multiply(centers, centers), [1]), [1, centers.shape[0] ?? 1])
  const nearness = subtract(multiply(matmul(x, centers, { transposeB: true }), 2), lengths)
  const rival = max(select(mine, -1e30, nearness), [1], true)
  return {
    ownCosine: mean(atOwn(mine, cosine)),
    nearestCosine: mean(max(select(mine, -1, cosine), [1])),
    winShare: subtract(1, mean(cast(greater(rival, atOwn(mine, nearness)), 'float32'))),
    embeddingNorm: mean(norms),
  }
}

/** ½·mean ‖x − c_y‖²; c_j ← c_j − α·Σ_{y=j}(c_j − x) / (1 + n_j). */
export const center: EmbeddingLoss = {
  kind: 'embedding',
  name: 'center',
  aliases: ['center-loss'],
  title: 'center loss on raw embeddings',
  weight: {
    name: 'centerWeight',
    meaning: 'adds the center loss with this weight; 0 is off',
    unit: 'none',
    default: 0,
    range: { min: 0 },
    paper: '0.003; 0.008 in its code',
  },
  options: [
    {
      name: 'centerRate',
      meaning: 'α, how far a centre moves towards its embeddings at each step',
      unit: 'share',
      default: 0.5,
      range: { min: 0, max: 1 },
      paper: '0.5',
    },
  ],
  acrossBatch: 'center moves its centres after each batch',
  needsImagesPerIdentity: false,
  remedies: {
    collapsed:
      'on their own, embeddings that all have length 0 lie at their centres: add the loss to one over classes, as --loss cosface+center',
  },
  // nearer to its own centre: (‖x − c_other‖² − ‖x − c_own‖²) / 2‖x‖
  slack: ({ own, other, norms }) =>
    norms.own * own - norms.other * other - (norms.own ** 2 - norms.other ** 2) / (2 * norms.sample),
  buffers: ({ classes, embeddingSize }) => [
    { name: centersName, shape: [classes, embeddingSize], initial: 0 },
  ],
  evaluate: ({ features, labels, size, options, value }) => {
    const centers = value(centersName)
    const own = oneHot(labels, size.classes)
    const offset = subtract(features, matmul(own, centers))
    const pull = matmul(own, stopGradient(negate(offset)), { transposeA: true })
    const counts = reshape(sum(own, [0]), [size.classes, 1])
    const step = multiply(divide(pull, add(counts, 1)), options.number('centerRate'))
    return {
      loss: multiply(mean(sum(multiply(offset, offset), [1])), 0.5),
      metrics: metrics(features, own, centers),
      buffers: { [centersName]: subtract(centers, step) },
    }
  },
}

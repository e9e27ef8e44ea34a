/** @file Contrastive loss: the same person close together, others at least a margin apart. */
import { maximum, multiply, sqrt, subtract } from '../graph/ops.ts'
import type { EmbeddingLoss } from './embedding-loss.ts'
import { tiny } from './norm.ts'
import { balanced, pairsOf } from './pairs.ts'
import { halve } from './remedies.ts'

/** ½·mean over same pairs of d² + ½·mean over different pairs of max(0, margin − d)², d between unit embeddings. */
export const contrastive: EmbeddingLoss = {
  kind: 'embedding',
  name: 'contrastive',
  aliases: [],
  title: 'contrastive loss on all pairs of the batch',
  weight: {
    name: 'contrastiveWeight',
    meaning: 'adds the contrastive loss with this weight; 0 is off',
    unit: 'none',
    default: 0,
    range: { min: 0 },
    paper: 'not given for Softmax+Contrastive',
  },
  options: [
    {
      name: 'contrastiveMargin',
      meaning: 'the distance of unit embeddings from which two people count as apart',
      unit: 'distance',
      default: 1,
      range: { above: 0, max: 2 },
      paper: 'not given',
    },
  ],
  acrossBatch: 'contrastive compares the images of a batch with each other',
  needsImagesPerIdentity: true,
  remedies: { lessMargin: halve('contrastiveMargin') },
  // nearer to its own, and as far from the other as two people are to be; d² = 2 − 2·cos θ between unit embeddings
  slack: ({ own, other }, options) =>
    Math.min(own - other, 1 - options.number('contrastiveMargin') ** 2 / 2 - other),
  evaluate: ({ features, labels, options }) => {
    const pairs = pairsOf(features, labels)
    const short = maximum(
      subtract(options.number('contrastiveMargin'), sqrt(maximum(pairs.distance, tiny))),
      0,
    )
    return {
      loss: balanced(pairs, pairs.distance, multiply(short, short)),
      metrics: pairs.metrics,
      buffers: {},
    }
  },
}

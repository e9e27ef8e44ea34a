/** @file The skeleton every margin head stands on: cosines, the head's adjustment, a stable softmax, the metrics. */
import {
  add,
  cast,
  constant,
  divide,
  equal,
  exp,
  greater,
  log,
  matmul,
  max,
  maximum,
  mean,
  multiply,
  reshape,
  select,
  stopGradient,
  subtract,
  sum,
  type Operand,
} from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { HeadResult, HeadSize } from './head.ts'
import { type MarginHead, normalisesFeatures } from './margin-head.ts'
import { rowLengths, unitRows } from './norm.ts'
import type { LossOptions } from './options.ts'

/** Stands for the logarithm of 0; e to it is 0 in float32 whatever is subtracted. */
const never = -1e30

/** The batch and everything the head's configuration fixed. */
export interface MarginBatch {
  /** Raw embeddings [N, D]. */
  readonly features: AnyValue
  /** int32 [N]. */
  readonly labels: AnyValue
  /** Class weights [C·K, D]: the K sub-centres of a class are neighbours. */
  readonly weights: AnyValue
  readonly size: HeadSize
  readonly options: LossOptions
  readonly scale: Operand
  readonly option: (name: string) => Operand
  readonly value: (name: string) => AnyValue
}

/** True at the own class: int32 [N] → bool [N, C]. */
export function ownClass(labels: AnyValue, classes: number): AnyValue {
  const numbers = Int32Array.from({ length: classes }, (_, index) => index)
  return equal(reshape(labels, [labels.shape[0] ?? 1, 1]), constant([1, classes], numbers))
}

/** The element of each row at the own class: [N, C] or [1, C] → [N, 1]. */
export function atOwn(own: AnyValue, rows: AnyValue): AnyValue {
  return sum(select(own, rows, 0), [1], true)
}

const nearestCenter = (products: AnyValue, classes: number): AnyValue => {
  const [samples = 1, centers = 1] = products.shape
  return centers === classes ? products : max(reshape(products, [samples, classes, centers / classes]), [2])
}

/** The loss of one batch under one head, with the metrics of the step. */
export function marginLoss(head: MarginHead, batch: MarginBatch): HeadResult {
  const { features, labels, weights, size, options, option, value } = batch
  const scaled = normalisesFeatures(head, options)
  const own = ownClass(labels, size.classes)
  const norms = rowLengths(features)
  const centerNorms = rowLengths(weights)
  const classNorms = reshape(centerNorms, [1, centerNorms.shape[0] ?? 1])
  const raw = matmul(scaled ? unitRows(features, norms) : features, weights, { transposeB: true })
  // dividing the products by ‖W_j‖ is the same as dividing the far larger W
  const products = nearestCenter(head.normaliseWeights ? divide(raw, classNorms) : raw, size.classes)
  const perSample = scaled ? products : divide(products, norms)
  const cosine = head.normaliseWeights ? perSample : divide(perSample, classNorms)
  const ownCosine = atOwn(own, cosine)

  const context = { cosine, ownCosine, own, norms, scale: batch.scale, size, options, option, value }
  const adjusted = head.adjust?.(context)
  const scale = adjusted?.scale ?? batch.scale

  // s, or the lengths that the normalisation would have removed
  const length = scaled ? scale : head.normaliseWeights ? norms : multiply(norms, atOwn(own, classNorms))
  const otherLength = scaled ? scale : head.normaliseWeights ? norms : multiply(norms, classNorms)
  const plain = scaled ? multiply(products, scale) : products
  const ownLogit = adjusted === undefined ? atOwn(own, plain) : multiply(adjusted.own, length)
  const others = adjusted?.others === undefined ? plain : multiply(adjusted.others, otherLength)

  const filter = options.has('filterCosine') ? options.number('filterCosine') : 1
  const counted = filter < 1 ? select(greater(stopGradient(cosine), filter), never, others) : others
  const rivals = select(own, never, counted)
  const strongest = max(rivals, [1], true)
  // the largest term is taken out of the sum; as a constant it leaves the gradient exact
  const largest = stopGradient(maximum(strongest, ownLogit))
  const total = add(sum(exp(subtract(rivals, largest)), [1], true), exp(subtract(ownLogit, largest)))
  const crossEntropy = add(log(total), subtract(largest, ownLogit))
  const smoothing = options.has('labelSmoothing') ? options.number('labelSmoothing') : 0
  const losses =
    smoothing === 0
      ? crossEntropy
      : add(
          crossEntropy,
          multiply(subtract(ownLogit, mean(select(own, ownLogit, others), [1], true)), smoothing),
        )
  const loss = adjusted?.penalty === undefined ? mean(losses) : add(mean(losses), adjusted.penalty)

  const nearest = max(select(own, -1, stopGradient(cosine)), [1])
  return {
    loss,
    logits: plain,
    metrics: {
      ownCosine: mean(stopGradient(ownCosine)),
      nearestCosine: mean(nearest),
      winShare: subtract(1, mean(cast(greater(strongest, ownLogit), 'float32'))),
      embeddingNorm: mean(stopGradient(norms)),
    },
    buffers: adjusted?.buffers ?? {},
  }
}

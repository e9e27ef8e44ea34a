/** @file What the losses on pairs within a batch share: cosines, who is whom, and the metrics. */
import {
  add,
  cast,
  constant,
  divide,
  equal,
  greater,
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
} from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { HeadMetrics } from './head.ts'
import { rowLengths, unitRows } from './norm.ts'

/** All pairs of a batch of N samples. */
export interface Pairs {
  /** Cosines [N, N]. */
  readonly cosine: AnyValue
  /** Squared distances of the unit embeddings, 2 − 2 cos, never below 0 [N, N]. */
  readonly distance: AnyValue
  /** The same person, but not the same sample, bool [N, N]. */
  readonly same: AnyValue
  /** Another person, bool [N, N]. */
  readonly different: AnyValue
  readonly metrics: HeadMetrics
}

/** 1 where true, 0 where false. */
export function indicator(condition: AnyValue): AnyValue {
  return cast(condition, 'float32')
}

/** Σ x over the true places, divided by their number; 0 where there are none. */
export function meanWhere(condition: AnyValue, x: AnyValue): AnyValue {
  return divide(sum(select(condition, x, 0)), maximum(sum(indicator(condition)), 1))
}

/** The pairs of raw embeddings [N, D] with int32 labels [N]. */
export function pairsOf(features: AnyValue, labels: AnyValue): Pairs {
  const n = labels.shape[0] ?? 1
  const norms = rowLengths(features)
  const unit = unitRows(features, norms)
  const cosine = matmul(unit, unit, { transposeB: true })
  const diagonal = constant(
    [n, n],
    Float32Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
  )
  const alike = indicator(equal(reshape(labels, [n, 1]), reshape(labels, [1, n])))
  const same = greater(subtract(alike, diagonal), 0.5)
  const different = greater(0.5, alike)
  const fixed = stopGradient(cosine)
  const nearestSame = max(select(same, fixed, -2), [1])
  const nearestOther = max(select(different, fixed, -1), [1])
  return {
    cosine,
    distance: maximum(subtract(2, multiply(cosine, 2)), 0),
    same,
    different,
    metrics: {
      ownCosine: meanWhere(same, fixed),
      nearestCosine: mean(nearestOther),
      winShare: mean(indicator(greater(nearestSame, nearestOther))),
      embeddingNorm: mean(stopGradient(norms)),
    },
  }
}

/** Half the mean over same pairs plus half the mean over different pairs, each 0 where there are none. */
export function balanced(pairs: Pairs, ofSame: AnyValue, ofDifferent: AnyValue): AnyValue {
  return multiply(add(meanWhere(pairs.same, ofSame), meanWhere(pairs.different, ofDifferent)), 0.5)
}

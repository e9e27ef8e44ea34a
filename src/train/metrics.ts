/** @file The step's metrics vector: one order, computed in the graph, read by name. */
import type { Tensor } from '../tensor/tensor.ts'
import type { StepMetrics } from './events.ts'

/** The order of the vector; after these comes a number that is finite only where the new state is. */
export const metricNames: readonly (keyof StepMetrics)[] = [
  'loss',
  'ownCosine',
  'nearestCosine',
  'winShare',
  'embeddingNorm',
  'gradientNorm',
]

/** The metrics of a step from its vector [M] or the mean of several vectors (the parts of one batch). */
export function readMetrics(vectors: readonly Tensor[], gradientNorm?: number): StepMetrics {
  const mean = (index: number): number =>
    vectors.reduce((sum, vector) => sum + (vector.data[index] ?? NaN), 0) / vectors.length
  const [loss, ownCosine, nearestCosine, winShare, embeddingNorm] = [0, 1, 2, 3, 4].map(mean)
  return {
    loss: loss ?? NaN,
    ownCosine: ownCosine ?? NaN,
    nearestCosine: nearestCosine ?? NaN,
    winShare: winShare ?? NaN,
    embeddingNorm: embeddingNorm ?? NaN,
    gradientNorm: gradientNorm ?? mean(metricNames.indexOf('gradientNorm')),
  }
}

import * as ops from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'

/** ‖g‖² of each gradient, as scalars. */
export function squaredNorms(gradients: readonly AnyValue[]): AnyValue[] {
  return gradients.map((gradient) => ops.sum(ops.multiply(gradient, gradient)))
}

/** The factor that brings a gradient of global norm `norm` down to at most `largest`: min(1, largest / (norm + 1e-6)). */
export function clipFactor(norm: AnyValue, largest: number): AnyValue {
  return ops.minimum(ops.divide(largest, ops.add(norm, 1e-6)), 1)
}

/** @file Lengths and directions that stay finite, with finite gradients, even for a row of zeros. */
import { add, divide, maximum, multiply, sqrt, subtract, sum } from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'

/**
 * Added to a squared length before its root. Far below float32's resolution of any real embedding (lengths above 0.01),
 * it makes the direction of the zero vector the zero vector, with the gradient 10⁶ times the incoming one.
 */
export const tiny = 1e-12

/** √(‖x‖² + tiny) of each row: [R, D] → [R, 1]. */
export function rowLengths(x: AnyValue): AnyValue {
  return sqrt(add(sum(multiply(x, x), [1], true), tiny))
}

/** Each row divided by its length: [R, D] → [R, D]; the two divisions of Eq 5. */
export function unitRows(x: AnyValue, lengths: AnyValue = rowLengths(x)): AnyValue {
  return divide(x, lengths)
}

/** sin θ ≥ 0 from cos θ; its slope is 0, not infinite, where rounding put the cosine on or past ±1. */
export function sineOf(cosine: AnyValue): AnyValue {
  return sqrt(maximum(subtract(1, multiply(cosine, cosine)), tiny))
}

/** @file Lengths and directions that stay finite, with finite gradients, even for a row of zeros. */
import { divide, maximum, multiply, sqrt, subtract, sum } from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'

/**
 * What a squared length counts as at least, so that its root has a finite slope. Lengths above 10⁻⁶ are exact, far below any
 * real embedding's; the direction of the zero vector is the zero vector, with the gradient 10⁶ times the incoming one.
 */
export const tiny = 1e-12

/** max(‖x‖, 10⁻⁶) of each row: [R, D] → [R, 1]. */
export function rowLengths(x: AnyValue): AnyValue {
  return sqrt(maximum(sum(multiply(x, x), [1], true), tiny))
}

/** Each row divided by its length: [R, D] → [R, D]; the two divisions of Eq 5. */
export function unitRows(x: AnyValue, lengths: AnyValue = rowLengths(x)): AnyValue {
  return divide(x, lengths)
}

/** sin θ ≥ 0 from cos θ; its slope is 0, not infinite, where rounding put the cosine on or past ±1. */
export function sineOf(cosine: AnyValue): AnyValue {
  return sqrt(maximum(subtract(1, multiply(cosine, cosine)), tiny))
}

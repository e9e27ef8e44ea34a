import * as ops from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'

/** Constants of stochastic gradient descent with momentum. */
export interface SgdOptions {
  /** μ, the share of the last velocity that stays. @defaultValue 0.9 */
  readonly momentum: number
  /** Coupled weight decay, added to the gradient. @defaultValue 5e-4 */
  readonly weightDecay: number
}

/** One parameter's update as graph values, all of the parameter's shape. */
export interface SgdUpdate {
  readonly parameter: AnyValue
  readonly velocity: AnyValue
}

/** v ← μv + g + λw; w ← w − lr·v. `learningRate` is a scalar value. */
export function sgdUpdate(
  { parameter, velocity, gradient }: { parameter: AnyValue; velocity: AnyValue; gradient: AnyValue },
  learningRate: AnyValue,
  { momentum, weightDecay }: SgdOptions,
): SgdUpdate {
  const decayed = weightDecay === 0 ? gradient : ops.add(gradient, ops.multiply(parameter, weightDecay))
  const next = ops.add(ops.multiply(velocity, momentum), decayed)
  return { velocity: next, parameter: ops.subtract(parameter, ops.multiply(next, learningRate)) }
}

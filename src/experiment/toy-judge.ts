/** @file What a loss makes of a single picture, by the slow interpreter from the very graph that trains. */
import { interpret } from '../graph/interpret.ts'
import * as ops from '../graph/ops.ts'
import type { AnyValue } from '../graph/value.ts'
import type { BuiltHead } from '../loss/head.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** One picture under one loss. */
export interface Judgement {
  /** cos θ_j for each class, [C]. */
  readonly cosines: readonly number[]
  /** The classes' posterior without the margin, [C]. */
  readonly posterior: readonly number[]
  /** Margin included, as if the batch were this picture alone. */
  readonly loss: number
}

/** A feature and the head's state. */
export interface Sample {
  /** [D], raw. */
  readonly feature: ArrayLike<number>
  readonly label: number
  /** The head's parameters and buffers by name. */
  readonly state: ReadonlyMap<string, Tensor>
  readonly iteration: number
}

/** Judges one sample. @throws RangeError where the state lacks a parameter of the head, or the head has no class weights */
export function judgeSample(head: BuiltHead, { feature, label, state, iteration }: Sample): Judgement {
  const dimensions = feature.length
  const features = ops.input('feature', [1, dimensions])
  const labels = ops.constant([1], Int32Array.of(label))
  const values: Record<string, AnyValue> = {}
  for (const { name, shape } of [...head.parameters, ...head.buffers]) values[name] = ops.input(name, shape)
  for (const { name, valueAt } of head.scheduled) values[name] = ops.scalar(valueAt(iteration))
  const { loss, logits } = head.build(features, labels, values)
  if (logits === undefined) throw new RangeError(`The loss ${head.name} has no class weights`)
  const feeds: Record<string, ArrayLike<number>> = { feature }
  for (const { name } of [...head.parameters, ...head.buffers]) {
    const tensor = state.get(name)
    if (tensor === undefined) throw new RangeError(`The state has no ${name}`)
    feeds[name] = tensor.data
  }
  const found = interpret({ name: 'judge', outputs: { loss, logits } }, feeds)
  const rows = [...(found['logits']?.data ?? [])]
  const largest = Math.max(...rows)
  const shares = rows.map((logit) => Math.exp(logit - largest))
  const total = shares.reduce((sum, share) => sum + share, 0)
  return {
    cosines: cosinesOf(
      feature,
      head.parameters[0] === undefined ? [] : (feeds[head.parameters[0].name] ?? []),
    ),
    posterior: shares.map((share) => share / total),
    loss: found['loss']?.data[0] ?? NaN,
  }
}

const cosinesOf = (feature: ArrayLike<number>, weights: ArrayLike<number>): number[] => {
  const dimensions = feature.length
  const length = Math.hypot(...Array.from(feature)) || 1
  return Array.from({ length: weights.length / dimensions }, (_, row) => {
    const weight = Array.from({ length: dimensions }, (__, index) => weights[row * dimensions + index] ?? 0)
    const product = weight.reduce((sum, value, index) => sum + value * (feature[index] ?? 0), 0)
    return product / (length * (Math.hypot(...weight) || 1))
  })
}

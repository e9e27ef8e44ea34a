/**
 * @file What is looked at now and then rather than at every step: the gradient of each layer, which the step computes
 * anyway, and PReLU channels that pass nothing on, which a forward run over a part of the batch finds.
 */
import { inOrder } from '../graph/order.ts'
import * as ops from '../graph/ops.ts'
import type { AnyValue, Graph } from '../graph/value.ts'

/** Shares or norms by the layer's name. */
export type ByLayer = Readonly<Record<string, number>>

/** Iterations from one look to the next: rare enough that nothing is noticed of the time it takes. */
export const watchEvery = 50

/** A slope nearer to 0 than this lets nothing through that could be learned from. */
const deadSlope = 0.01

/** `stage1.conv.weight` → `stage1.conv`. */
const layerOf = (parameter: string): string => parameter.slice(0, Math.max(0, parameter.lastIndexOf('.')))

interface PReLU {
  readonly layer: string
  readonly input: AnyValue
  readonly slope: AnyValue
}

/** The PReLUs that `output` depends on, first layer first. */
const prelusOf = (output: AnyValue): PReLU[] =>
  inOrder([output]).flatMap((value) => {
    const [input, slope] = value.inputs
    if (value.kind !== 'prelu' || input === undefined || slope === undefined) return []
    const name = slope.kind === 'input' ? slope.attributes.name : (value.label ?? '')
    return [{ layer: layerOf(name), input, slope }]
  })

/** Names of the layers that `deadPrelus` has a share for, in its order. */
export function preluLayers(output: AnyValue): string[] {
  return prelusOf(output).map(({ layer }) => layer)
}

/**
 * The share of dead channels of each PReLU below `output`, as a vector: dead is a channel that no input of these images
 * is above 0 in, and whose slope is as good as 0; undefined for a network without PReLUs.
 */
export function deadPrelus(output: AnyValue): AnyValue | undefined {
  const shares = prelusOf(output).map(({ input, slope }) => {
    const axes = input.shape.map((_, axis) => axis).filter((axis) => axis !== 1)
    const rises = ops.cast(ops.greater(ops.max(input, axes), 0), 'float32')
    const leaks = ops.cast(ops.greater(ops.abs(slope), deadSlope), 'float32')
    return ops.reshape(ops.subtract(1, ops.mean(ops.maximum(rises, leaks))), [1])
  })
  return shares.length === 0 ? undefined : ops.concat(shares, 0)
}

/** A graph that returns `deadPrelus` of `output` as `result`, or nothing to run. */
export function watchGraph(output: AnyValue, result: string): Graph | undefined {
  const dead = deadPrelus(output)
  return dead === undefined ? undefined : { name: 'watch', outputs: { [result]: dead } }
}

/** The gradient's norm of each layer, of all its arrays together. @param norms of the arrays, in the order of `names` */
export function normsByLayer(names: readonly string[], norms: Float32Array): ByLayer {
  const squares = new Map<string, number>()
  names.forEach((name, index) => {
    const layer = layerOf(name)
    squares.set(layer, (squares.get(layer) ?? 0) + (norms[index] ?? 0) ** 2)
  })
  return Object.fromEntries([...squares].map(([layer, sum]) => [layer, Math.sqrt(sum)]))
}

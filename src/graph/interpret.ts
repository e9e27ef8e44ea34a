/** @file Table op → slow float64 value: the oracle every faster way of computing is held against. */
import { sizeOf, stridesOf } from '../tensor/tensor.ts'
import { valuesOf } from './order.ts'
import type { HostValue } from './host-value.ts'
import { sameShape } from './shape.ts'
import type { AnyValue, Graph, OpKind, Value } from './value.ts'
import { convolution, convolutionInputGradient, convolutionWeightGradient } from './interpret-convolution.ts'

type ValueRule<K extends OpKind> = (node: Value<K>, inputs: readonly HostValue[]) => Float64Array

/** The flat index into an operand of shape `from` for each element of `to`, by the broadcasting rule. */
const broadcastIndex = (from: readonly number[], to: readonly number[]): Int32Array => {
  const index = new Int32Array(sizeOf(to))
  const lead = to.length - from.length
  const strides = stridesOf(from)
  const toStrides = stridesOf(to)
  for (let flat = 0; flat < index.length; flat++) {
    let at = 0
    for (let axis = 0; axis < from.length; axis++) {
      if (from[axis] === 1) continue
      at += (Math.floor(flat / toStrides[axis + lead]!) % to[axis + lead]!) * strides[axis]!
    }
    index[flat] = at
  }
  return index
}

const elementWise =
  (compute: (a: number, b: number, c: number) => number) =>
  (node: { readonly shape: readonly number[] }, inputs: readonly HostValue[]): Float64Array => {
    const indices = inputs.map((value) =>
      sameShape(value.shape, node.shape) ? undefined : broadcastIndex(value.shape, node.shape),
    )
    const read = (which: number, flat: number): number => {
      const value = inputs[which]
      return value === undefined ? 0 : value.data[indices[which]?.[flat] ?? flat]!
    }
    return Float64Array.from({ length: sizeOf(node.shape) }, (_, flat) =>
      compute(read(0, flat), read(1, flat), read(2, flat)),
    )
  }

/** Gathers: element `flat` of the result is element `source(coordinates)` of x. */
const gather = (
  shape: readonly number[],
  x: HostValue,
  source: (at: readonly number[]) => readonly number[] | undefined,
): Float64Array => {
  const strides = stridesOf(shape)
  const from = stridesOf(x.shape)
  return Float64Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const at = source(shape.map((length, axis) => Math.floor(flat / strides[axis]!) % length))
    return at === undefined ? 0 : x.data[at.reduce((sum, position, axis) => sum + position * from[axis]!, 0)]!
  })
}

const reduce =
  (start: number, combine: (a: number, b: number) => number) =>
  (node: Value<'sum'> | Value<'max'>, inputs: readonly HostValue[]): Float64Array => {
    const x = only(inputs)
    const kept = x.shape.map((length, axis) => (node.attributes.axes.includes(axis) ? 1 : length))
    const target = broadcastIndex(kept, x.shape)
    const result = new Float64Array(sizeOf(node.shape)).fill(start)
    x.data.forEach((value, flat) => (result[target[flat]!] = combine(result[target[flat]!]!, value)))
    return result
  }

const only = (inputs: readonly HostValue[]): HostValue => operand(inputs, 0)
const operand = (inputs: readonly HostValue[], index: number): HostValue => {
  const value = inputs[index]
  if (value === undefined) throw new RangeError(`the node lacks input ${index}`)
  return value
}

const matrixProduct = (
  { attributes, shape }: Value<'matmul'>,
  inputs: readonly HostValue[],
): Float64Array => {
  const [a, b] = [operand(inputs, 0), operand(inputs, 1)]
  const rank = shape.length
  const [m, n] = [shape[rank - 2]!, shape[rank - 1]!]
  const k = a.shape[attributes.transposeA ? rank - 2 : rank - 1]!
  const [aRow, aColumn] = attributes.transposeA ? [1, m] : [k, 1]
  const [bRow, bColumn] = attributes.transposeB ? [1, k] : [n, 1]
  const result = new Float64Array(sizeOf(shape))
  for (let batch = 0; batch < sizeOf(shape.slice(0, -2)); batch++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0
        for (let p = 0; p < k; p++) {
          total +=
            a.data[batch * m * k + i * aRow + p * aColumn]! * b.data[batch * k * n + p * bRow + j * bColumn]!
        }
        result[(batch * m + i) * n + j] = total
      }
    }
  }
  return result
}

const channelOf = (x: HostValue): ((flat: number) => number) => {
  const inner = sizeOf(x.shape.slice(2))
  const count = x.shape[1] ?? 1
  return (flat) => Math.floor(flat / inner) % count
}

/** The table; total over the op set. */
export const valueRules: { readonly [K in OpKind]: ValueRule<K> } = {
  input: ({ attributes: { name } }) => {
    throw new RangeError(`the input ${name} was not fed`)
  },
  constant: ({ attributes: { data } }) => Float64Array.from(data),
  add: elementWise((a, b) => a + b),
  subtract: elementWise((a, b) => a - b),
  multiply: elementWise((a, b) => a * b),
  divide: elementWise((a, b) => a / b),
  maximum: elementWise((a, b) => Math.max(a, b)),
  minimum: elementWise((a, b) => Math.min(a, b)),
  negate: elementWise((a) => -a),
  exp: elementWise(Math.exp),
  log: elementWise(Math.log),
  sqrt: elementWise(Math.sqrt),
  abs: elementWise(Math.abs),
  floor: elementWise(Math.floor),
  cos: elementWise(Math.cos),
  sin: elementWise(Math.sin),
  acos: elementWise(Math.acos),
  sigmoid: elementWise((a) => 1 / (1 + Math.exp(-a))),
  greater: elementWise((a, b) => (a > b ? 1 : 0)),
  equal: elementWise((a, b) => (a === b ? 1 : 0)),
  select: elementWise((condition, a, b) => (condition !== 0 ? a : b)),
  cast: ({ attributes: { to } }, inputs) =>
    to === 'float32'
      ? only(inputs).data
      : only(inputs).data.map(to === 'int32' ? Math.trunc : (value) => (value !== 0 ? 1 : 0)),
  stopGradient: (_, inputs) => only(inputs).data,
  reshape: (_, inputs) => only(inputs).data,
  transpose: ({ shape, attributes: { permutation } }, inputs) =>
    gather(shape, only(inputs), (at) => permutation.map((_, axis) => at[permutation.indexOf(axis)]!)),
  broadcast: elementWise((a) => a),
  slice: ({ shape, attributes: { starts, steps } }, inputs) =>
    gather(shape, only(inputs), (at) => at.map((position, axis) => starts[axis]! + position * steps[axis]!)),
  pad: ({ shape, attributes: { before, inner } }, inputs) => {
    const x = only(inputs)
    return gather(shape, x, (at) => {
      const from = at.map((position, axis) => (position - before[axis]!) / (inner[axis]! + 1))
      return from.every((p, axis) => Number.isInteger(p) && p >= 0 && p < x.shape[axis]!) ? from : undefined
    })
  },
  concat: ({ shape, attributes: { axis } }, inputs) => {
    const strides = stridesOf(shape)
    const result = new Float64Array(sizeOf(shape))
    const outer = sizeOf(shape.slice(0, axis))
    let start = 0
    for (const part of inputs) {
      const run = part.shape[axis]! * strides[axis]!
      for (let row = 0; row < outer; row++) {
        result.set(
          part.data.subarray(row * run, (row + 1) * run),
          row * shape[axis]! * strides[axis]! + start,
        )
      }
      start += run
    }
    return result
  },
  sum: reduce(0, (a, b) => a + b),
  max: reduce(-Infinity, (a, b) => Math.max(a, b)),
  matmul: matrixProduct,
  oneHot: ({ shape, attributes: { depth } }, inputs) => {
    const result = new Float64Array(sizeOf(shape))
    only(inputs).data.forEach((label, row) => {
      if (label >= 0 && label < depth) result[row * depth + label] = 1
    })
    return result
  },
  conv2d: ({ shape, attributes }, inputs) =>
    convolution(operand(inputs, 0), operand(inputs, 1), shape, attributes),
  conv2dInputGradient: ({ shape, attributes }, inputs) =>
    convolutionInputGradient(operand(inputs, 0), operand(inputs, 1), shape, attributes),
  conv2dWeightGradient: ({ shape, attributes }, inputs) =>
    convolutionWeightGradient(operand(inputs, 0), operand(inputs, 1), shape, attributes),
  prelu: (_, inputs) => {
    const [x, slope] = [operand(inputs, 0), operand(inputs, 1)]
    const channel = channelOf(x)
    return x.data.map((value, flat) => (value > 0 ? value : slope.data[channel(flat)]! * value))
  },
  preluInputGradient: (_, inputs) => {
    const [x, slope, dy] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)]
    const channel = channelOf(x)
    return dy.data.map((value, flat) => (x.data[flat]! > 0 ? value : slope.data[channel(flat)]! * value))
  },
  preluSlopeGradient: ({ shape }, inputs) => {
    const [x, dy] = [operand(inputs, 0), operand(inputs, 1)]
    const channel = channelOf(x)
    const result = new Float64Array(sizeOf(shape))
    x.data.forEach((value, flat) => (result[channel(flat)]! += dy.data[flat]! * Math.min(value, 0)))
    return result
  },
}

const evaluate = <K extends OpKind>(node: Value<K>, inputs: readonly HostValue[]): Float64Array =>
  valueRules[node.kind](node, inputs)

/** What a graph is fed: any numbers in row-major order. */
export type HostFeeds = Readonly<Record<string, ArrayLike<number>>>

/** Every value of the graph in float64, without any ONNX runtime. @throws RangeError on a missing or ill-sized feed. */
export function interpretAll(graph: Graph, feeds: HostFeeds): Map<AnyValue, HostValue> {
  const known = new Map<AnyValue, HostValue>()
  for (const value of valuesOf(graph)) {
    const fed = value.kind === 'input' ? feeds[value.attributes.name] : undefined
    if (fed !== undefined && fed.length !== sizeOf(value.shape)) {
      throw new RangeError(
        `${value.label ?? 'input'} takes [${value.shape.join(', ')}], got ${fed.length} numbers`,
      )
    }
    const inputs = value.inputs.map((from) => known.get(from) ?? { shape: [], data: new Float64Array(0) })
    const data = fed === undefined ? evaluate(value, inputs) : Float64Array.from(fed)
    known.set(value, { shape: value.shape, data })
  }
  return known
}

/** The outputs of a graph in float64. @throws RangeError on a missing or ill-sized feed. */
export function interpret(graph: Graph, feeds: HostFeeds): Record<string, HostValue> {
  const known = interpretAll(graph, feeds)
  const results: Record<string, HostValue> = {}
  for (const [name, value] of Object.entries(graph.outputs)) {
    const result = known.get(value)
    if (result !== undefined) results[name] = result
  }
  return results
}

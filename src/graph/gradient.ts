/** @file Reverse mode: one table op → gradients of its inputs, one loop that accumulates them. */
import { anyValue } from './node.ts'
import * as ops from './ops.ts'
import { inOrder } from './order.ts'
import { sameShape } from './shape.ts'
import type { AnyValue, OpKind, Value } from './value.ts'

/** The gradients of a node's inputs from the gradient `g` of its output; undefined where nothing flows. */
type GradientRule<K extends OpKind> = (
  node: Value<K>,
  g: AnyValue,
  inputs: readonly [AnyValue, AnyValue, AnyValue],
) => readonly (AnyValue | undefined)[]

const nothing = (): readonly undefined[] => []

const restored = (y: AnyValue, axes: readonly number[], x: AnyValue): AnyValue =>
  ops.broadcast(
    ops.reshape(
      y,
      x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
    ),
    x.shape,
  )

const perChannel = (vector: AnyValue, like: AnyValue): AnyValue =>
  ops.reshape(
    vector,
    like.shape.map((length, axis) => (axis === 1 ? length : 1)),
  )

const exceptChannel = (x: AnyValue): number[] => x.shape.map((_, axis) => axis).filter((axis) => axis !== 1)

/** The table; total over the op set. Broadcasting is undone in the loop, not here. */
export const gradientRules: { readonly [K in OpKind]: GradientRule<K> } = {
  input: nothing,
  constant: nothing,
  add: (_, g) => [g, g],
  subtract: (_, g) => [g, ops.negate(g)],
  multiply: (_, g, [a, b]) => [ops.multiply(g, b), ops.multiply(g, a)],
  divide: (y, g, [, b]) => {
    const overB = ops.divide(g, b)
    return [overB, ops.negate(ops.multiply(overB, anyValue(y)))]
  },
  maximum: (_, g, [a, b]) => {
    const first = ops.greater(a, b)
    return [ops.select(first, g, 0), ops.select(first, 0, g)]
  },
  minimum: (_, g, [a, b]) => {
    const second = ops.greater(a, b)
    return [ops.select(second, 0, g), ops.select(second, g, 0)]
  },
  negate: (_, g) => [ops.negate(g)],
  exp: (y, g) => [ops.multiply(g, anyValue(y))],
  log: (_, g, [x]) => [ops.divide(g, x)],
  sqrt: (y, g) => [ops.divide(ops.multiply(g, 0.5), anyValue(y))],
  abs: (_, g, [x]) => [ops.select(ops.greater(x, 0), g, ops.negate(g))],
  floor: nothing,
  cos: (_, g, [x]) => [ops.negate(ops.multiply(g, ops.sin(x)))],
  sin: (_, g, [x]) => [ops.multiply(g, ops.cos(x))],
  acos: (_, g, [x]) => [ops.negate(ops.divide(g, ops.sqrt(ops.subtract(1, ops.multiply(x, x)))))],
  sigmoid: (y, g) => [ops.multiply(g, ops.multiply(anyValue(y), ops.subtract(1, anyValue(y))))],
  greater: nothing,
  equal: nothing,
  select: (_, g, [condition]) => [undefined, ops.select(condition, g, 0), ops.select(condition, 0, g)],
  cast: (_, g, [x]) => [x.dtype === 'float32' ? g : undefined],
  stopGradient: nothing,
  reshape: (_, g, [x]) => [ops.reshape(g, x.shape)],
  transpose: (y, g) => {
    const { permutation } = y.attributes
    return [
      ops.transpose(
        g,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ]
  },
  broadcast: (_, g) => [g],
  slice: (y, g, [x]) => {
    const { starts, steps } = y.attributes
    const inner = steps.map((step) => step - 1)
    const after = x.shape.map((length, axis) => {
      const taken = y.shape[axis] ?? 1
      return length - (starts[axis] ?? 0) - (taken + (taken - 1) * (inner[axis] ?? 0))
    })
    return [ops.pad(g, starts, after, inner)]
  },
  pad: (y, g, [x]) => {
    const { before, inner } = y.attributes
    const steps = inner.map((zeros) => zeros + 1)
    const ends = x.shape.map((length, axis) => (before[axis] ?? 0) + (length - 1) * (steps[axis] ?? 1) + 1)
    return [ops.slice(g, before, ends, steps)]
  },
  concat: (y, g) => {
    const { axis } = y.attributes
    let start = 0
    return y.inputs.map((part) => {
      const end = start + (part.shape[axis] ?? 0)
      const piece = ops.sliceAxis(g, axis, start, end)
      start = end
      return piece
    })
  },
  sum: (y, g, [x]) => [restored(g, y.attributes.axes, x)],
  max: (y, g, [x]) => {
    const { axes } = y.attributes
    // equal largest elements share the gradient
    const winners = ops.cast(ops.equal(x, restored(anyValue(y), axes, x)), 'float32')
    return [
      ops.multiply(
        winners,
        ops.divide(restored(g, axes, x), ops.broadcast(ops.sum(winners, axes, true), x.shape)),
      ),
    ]
  },
  matmul: (y, g, [a, b]) => {
    const { transposeA, transposeB } = y.attributes
    return [
      transposeA
        ? ops.matmul(b, g, { transposeA: transposeB, transposeB: true })
        : ops.matmul(g, b, { transposeB: !transposeB }),
      transposeB
        ? ops.matmul(g, a, { transposeA: true, transposeB: transposeA })
        : ops.matmul(a, g, { transposeA: !transposeA }),
    ]
  },
  oneHot: nothing,
  conv2d: ({ attributes: { stride, padding } }, g, [x, w]) => [
    ops.conv2dInputGradient(g, w, { stride, padding, height: x.shape[2] ?? 1, width: x.shape[3] ?? 1 }),
    ops.conv2dWeightGradient(x, g, { stride, padding, kernel: w.shape[2] ?? 1 }),
  ],
  conv2dInputGradient: ({ attributes: { stride, padding } }, g, [dy, w]) => [
    ops.conv2d(g, w, { stride, padding }),
    ops.conv2dWeightGradient(g, dy, { stride, padding, kernel: w.shape[2] ?? 1 }),
  ],
  conv2dWeightGradient: ({ attributes: { stride, padding } }, g, [x, dy]) => [
    ops.conv2dInputGradient(dy, g, { stride, padding, height: x.shape[2] ?? 1, width: x.shape[3] ?? 1 }),
    ops.conv2d(x, g, { stride, padding }),
  ],
  prelu: (_, g, [x, slope]) => [ops.preluInputGradient(x, slope, g), ops.preluSlopeGradient(x, g)],
  preluInputGradient: (_, g, [x, slope, dy]) => [
    undefined,
    ops.sum(ops.select(ops.greater(x, 0), 0, ops.multiply(dy, g)), exceptChannel(x)),
    ops.preluInputGradient(x, slope, g),
  ],
  preluSlopeGradient: (_, g, [x, dy]) => {
    const spread = perChannel(g, x)
    return [
      ops.select(ops.greater(x, 0), 0, ops.multiply(dy, spread)),
      ops.multiply(ops.minimum(x, 0), spread),
    ]
  },
}

const inputGradients = <K extends OpKind>(node: Value<K>, g: AnyValue): readonly (AnyValue | undefined)[] => {
  const [a = none, b = none, c = none] = node.inputs
  return gradientRules[node.kind](node, g, [a, b, c])
}

// stands where a rule asks for no such input
const none = ops.scalar(0)

/** g summed over the axes along which `shape` was repeated. */
export function unbroadcast(g: AnyValue, shape: readonly number[]): AnyValue {
  if (sameShape(g.shape, shape)) return g
  const lead = g.shape.length - shape.length
  const axes = g.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (shape[axis - lead] === 1 && g.shape[axis] !== 1))
  const summed = axes.length === 0 ? g : ops.sum(g, axes)
  return sameShape(summed.shape, shape) ? summed : ops.reshape(summed, shape)
}

/** The gradients of the scalar `of` with respect to each of `wrt`; zeros where it does not depend on one. */
export function gradients(
  of: AnyValue,
  wrt: readonly AnyValue[],
  seed: AnyValue = ops.broadcast(ops.scalar(1), of.shape),
): AnyValue[] {
  const order = inOrder([of])
  const wanted = new Set(wrt)
  const reaches = new Set<AnyValue>()
  for (const value of order)
    if (wanted.has(value) || value.inputs.some((from) => reaches.has(from))) reaches.add(value)
  const adjoints = new Map<AnyValue, AnyValue>([[of, seed]])
  for (const value of order.toReversed()) {
    const g = adjoints.get(value)
    if (g === undefined || !reaches.has(value)) continue
    const flowing = inputGradients(value, g)
    value.inputs.forEach((from, index) => {
      const part = flowing[index]
      if (part === undefined || !reaches.has(from)) return
      const own = unbroadcast(part, from.shape)
      const before = adjoints.get(from)
      adjoints.set(from, before === undefined ? own : ops.add(before, own))
    })
  }
  return wrt.map((value) => adjoints.get(value) ?? ops.broadcast(ops.scalar(0), value.shape))
}

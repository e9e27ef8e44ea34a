import { describe, expect, test } from 'vitest'
import { random } from '../base/random.ts'
import { sizeOf } from '../tensor/tensor.ts'
import { gradientRules, gradients } from './gradient.ts'
import { interpret, type HostFeeds } from './interpret.ts'
import * as ops from './ops.ts'
import { printGraph } from './print.ts'
import { simplify } from './simplify.ts'
import type { AnyValue, OpKind } from './value.ts'
import { verifyGraph } from './verify.ts'

interface Case {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly build: (inputs: Readonly<Record<string, AnyValue>>) => AnyValue
  /** Keeps feeds away from kinks and poles. */
  readonly map?: (x: number) => number
}

const x23 = { x: [2, 3] }
const awayFromZero = (x: number): number => (x < 0 ? x - 0.2 : x + 0.2)
const positive = (x: number): number => Math.abs(x) + 0.5
const at = (inputs: Readonly<Record<string, AnyValue>>, name: string): AnyValue =>
  inputs[name] ?? ops.scalar(0)
const one = (build: (x: AnyValue) => AnyValue, map?: (x: number) => number): Case => ({
  shapes: x23,
  build: (inputs) => build(at(inputs, 'x')),
  ...(map === undefined ? {} : { map }),
})
const two = (
  a: readonly number[],
  b: readonly number[],
  build: (a: AnyValue, b: AnyValue) => AnyValue,
  map?: (x: number) => number,
): Case => ({
  shapes: { a, b },
  build: (inputs) => build(at(inputs, 'a'), at(inputs, 'b')),
  ...(map === undefined ? {} : { map }),
})

/** At least one case for each op; total, so that a new op cannot come without. */
const cases: { readonly [K in OpKind]: readonly Case[] } = {
  input: [one((x) => x)],
  constant: [one((x) => ops.multiply(x, ops.constant([3], Float32Array.of(1, 2, 3))))],
  add: [two([2, 3], [3], ops.add), two([2, 1], [1, 3], ops.add)],
  subtract: [two([2, 3], [2, 1], ops.subtract)],
  multiply: [two([2, 3], [3], ops.multiply), two([], [2, 3], ops.multiply)],
  divide: [two([2, 3], [3], ops.divide, positive)],
  maximum: [two([2, 3], [3], ops.maximum)],
  minimum: [two([2, 3], [2, 3], ops.minimum)],
  negate: [one(ops.negate)],
  exp: [one(ops.exp)],
  log: [one(ops.log, positive)],
  sqrt: [one(ops.sqrt, positive)],
  abs: [one(ops.abs, awayFromZero)],
  floor: [one((x) => ops.multiply(ops.floor(x), x), awayFromZero)],
  cos: [one(ops.cos)],
  sin: [one(ops.sin)],
  acos: [one((x) => ops.acos(ops.multiply(x, 0.2)))],
  sigmoid: [one(ops.sigmoid)],
  greater: [two([2, 3], [2, 3], (a, b) => ops.multiply(a, ops.cast(ops.greater(a, b), 'float32')))],
  equal: [one((x) => ops.multiply(x, ops.cast(ops.equal(x, x), 'float32')))],
  select: [two([2, 3], [3], (a, b) => ops.select(ops.greater(a, 0.1), ops.multiply(a, b), b))],
  cast: [one((x) => ops.cast(x, 'float32'))],
  stopGradient: [one((x) => ops.multiply(x, 2))],
  reshape: [one((x) => ops.multiply(ops.reshape(x, [3, 2]), ops.constant([2], Float32Array.of(1, 3))))],
  transpose: [two([2, 3, 2], [3, 2, 2], (a, b) => ops.multiply(ops.transpose(a, [1, 2, 0]), b))],
  broadcast: [one((x) => ops.multiply(ops.broadcast(x, [4, 2, 3]), ops.broadcast(x, [4, 2, 3])))],
  slice: [two([5, 4], [2, 2], (a, b) => ops.multiply(ops.slice(a, [0, 1], [4, 4], [2, 2]), b))],
  pad: [two([2, 2], [6, 4], (a, b) => ops.multiply(ops.pad(a, [1, 0], [2, 1], [1, 1]), b))],
  concat: [two([2, 3], [2, 2], (a, b) => ops.concat([ops.multiply(a, 2), b, a], 1))],
  sum: [
    one((x) => ops.multiply(ops.sum(x, [1], true), x)),
    one((x) => ops.multiply(ops.sum(x, [0]), ops.sum(x))),
  ],
  max: [one((x) => ops.multiply(ops.max(x, [1], true), x))],
  matmul: [
    two([2, 3], [3, 4], (a, b) => ops.matmul(a, b)),
    two([3, 2], [3, 4], (a, b) => ops.matmul(a, b, { transposeA: true })),
    two([2, 2, 3], [2, 4, 3], (a, b) => ops.matmul(a, b, { transposeB: true })),
    two([3, 2], [4, 3], (a, b) => ops.matmul(a, b, { transposeA: true, transposeB: true })),
  ],
  oneHot: [
    two([2, 3], [3], (a, b) =>
      ops.multiply(ops.multiply(a, b), ops.oneHot(ops.constant([2], Int32Array.of(2, 7)), 3)),
    ),
  ],
  conv2d: [
    two([2, 2, 5, 4], [3, 2, 3, 3], (x, w) => ops.conv2d(x, w, { stride: 1, padding: 1 })),
    two([1, 2, 6, 5], [3, 2, 3, 3], (x, w) => ops.conv2d(x, w, { stride: 2, padding: 1 })),
    two([1, 2, 4, 3], [3, 2, 1, 1], (x, w) => ops.conv2d(x, w, { stride: 1, padding: 0 })),
  ],
  conv2dInputGradient: [
    two([1, 3, 3, 3], [3, 2, 3, 3], (dy, w) =>
      ops.conv2dInputGradient(dy, w, { stride: 2, padding: 1, height: 6, width: 5 }),
    ),
  ],
  conv2dWeightGradient: [
    two([2, 2, 5, 4], [2, 3, 5, 4], (x, dy) =>
      ops.conv2dWeightGradient(x, dy, { stride: 1, padding: 1, kernel: 3 }),
    ),
  ],
  prelu: [two([2, 3, 2, 2], [3], ops.prelu, awayFromZero), two([2, 3], [3], ops.prelu, awayFromZero)],
  preluInputGradient: [
    two([2, 3, 2, 2], [3], (x, slope) => ops.preluInputGradient(x, slope, ops.sin(x)), awayFromZero),
  ],
  preluSlopeGradient: [two([2, 3, 2, 2], [2, 3, 2, 2], ops.preluSlopeGradient, awayFromZero)],
}

const differences = (
  loss: (feeds: HostFeeds) => number,
  feeds: Record<string, Float64Array>,
  name: string,
): Float64Array => {
  const step = 1e-5
  const center = feeds[name] ?? new Float64Array(0)
  return center.map((_, index) => {
    const moved = (by: number): number => {
      const data = center.slice()
      data[index] = (data[index] ?? 0) + by
      return loss({ ...feeds, [name]: data })
    }
    return (moved(step) - moved(-step)) / (2 * step)
  })
}

describe.each(Object.keys(gradientRules))('gradient of %s', (kind) => {
  const list = Object.entries(cases).find(([name]) => name === kind)?.[1] ?? []
  test.each(list.map((entry, index) => ({ entry, index })))(
    'equals central differences (case $index)',
    ({ entry, index }) => {
      const stream = random(7, kind, index)
      const inputs = Object.fromEntries(
        Object.entries(entry.shapes).map(([name, shape]) => [name, ops.input(name, shape)]),
      )
      const feeds = Object.fromEntries(
        Object.entries(entry.shapes).map(([name, shape]) => [
          name,
          Float64Array.from({ length: sizeOf(shape) }, () =>
            (entry.map ?? ((v: number) => v))(stream.normal()),
          ),
        ]),
      )
      const y = entry.build(inputs)
      // a fixed random projection, so that no direction of the output cancels
      const weights = ops.constant(
        y.shape,
        Float32Array.from({ length: sizeOf(y.shape) }, () => stream.normal()),
      )
      const loss = ops.sum(ops.multiply(y, weights))
      const names = Object.keys(inputs)
      const found = gradients(loss, Object.values(inputs))
      const graph = {
        name: kind,
        outputs: Object.fromEntries(names.map((name, i) => [name, found[i] ?? loss])),
      }
      verifyGraph(graph)
      const analytic = interpret(graph, feeds)
      const simplified = interpret(simplify(graph), feeds)
      const value = (point: HostFeeds): number =>
        interpret({ name: 'loss', outputs: { loss } }, point)['loss']?.data[0] ?? NaN
      for (const name of names) {
        const expected = differences(value, feeds, name)
        expect(analytic[name]?.shape, printGraph(graph)).toEqual(entry.shapes[name])
        expected.forEach((number, i) => expect(analytic[name]?.data[i]).toBeCloseTo(number, 5))
        expect(simplified[name]?.data).toEqual(analytic[name]?.data)
      }
    },
  )
})

test('nothing flows through stopGradient', () => {
  const x = ops.input('x', [2])
  const [g] = gradients(ops.sum(ops.multiply(x, ops.stopGradient(x))), [x])
  const result = interpret({ name: 'g', outputs: { g: g ?? x } }, { x: [3, 4] })
  expect(result['g']?.data).toEqual(Float64Array.of(3, 4))
})

test('a value that the loss does not depend on has a zero gradient of its own shape', () => {
  const [x, y] = [ops.input('x', [2]), ops.input('y', [3])]
  const [, g] = gradients(ops.sum(x), [x, y])
  expect(interpret({ name: 'g', outputs: { g: g ?? x } }, { x: [1, 2], y: [0, 0, 0] })['g']?.data).toEqual(
    new Float64Array(3),
  )
})

/** @file Seeded random graphs: one kind for every operation, and some small combinations that lowerings treat as one. */
import { random, type Random } from '../../src/base/random.ts'
import * as ops from '../../src/graph/ops.ts'
import { valuesOf } from '../../src/graph/order.ts'
import type { AnyValue, Graph } from '../../src/graph/value.ts'
import { sizeOf } from '../../src/tensor/tensor.ts'
import type { HostFeed } from './runtime.ts'

export interface Case {
  readonly graph: Graph
  readonly feeds: Record<string, HostFeed>
}

/** Draws shapes and numbers for one case. */
export class Draw {
  readonly #stream: Random
  readonly feeds: Record<string, HostFeed> = {}

  constructor(seed: number, name: string) {
    this.#stream = random(seed, 'onnx case', name)
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + this.#stream.integer(high - low + 1)
  }

  pick<T>(choices: readonly T[]): T {
    const picked = choices[this.#stream.integer(choices.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  shape(rank: number, most = 5): number[] {
    return Array.from({ length: rank }, () => this.integer(1, most))
  }

  /** A fed input; numbers lie in [low, high] and keep away from 0, where kinks are. */
  feed(name: string, shape: readonly number[], low = -2, high = 2): AnyValue {
    this.feeds[name] = Float32Array.from({ length: sizeOf(shape) }, () => {
      const value = low + (high - low) * this.#stream.uniform()
      return Math.abs(value) < 0.01 ? 0.01 : value
    })
    return ops.input(name, shape)
  }

  integers(name: string, shape: readonly number[], low: number, high: number): AnyValue {
    this.feeds[name] = Int32Array.from({ length: sizeOf(shape) }, () => this.integer(low, high))
    return ops.input(name, shape, 'int32')
  }

  /** `shape` with some axes shortened to 1, and perhaps without its leading axes. */
  broadcastable(shape: readonly number[]): number[] {
    const kept = shape.slice(this.integer(0, Math.max(0, shape.length - 1)))
    return kept.map((length) => (this.#stream.uniform() < 0.4 ? 1 : length))
  }

  case(name: string, y: AnyValue | Record<string, AnyValue>): Case {
    const outputs = 'kind' in y ? { y } : y
    const graph: Graph = { name, outputs: isValues(outputs) ? outputs : {} }
    const used = new Set(
      valuesOf(graph).flatMap((value) => (value.kind === 'input' ? [value.attributes.name] : [])),
    )
    const feeds = Object.fromEntries(Object.entries(this.feeds).filter(([key]) => used.has(key)))
    return { graph, feeds }
  }
}

function isValues(outputs: object): outputs is Record<string, AnyValue> {
  return !('kind' in outputs)
}

type Make = (draw: Draw) => AnyValue | Record<string, AnyValue>

const binary =
  (op: (a: AnyValue, b: AnyValue) => AnyValue, low?: number): Make =>
  (draw) => {
    const shape = draw.shape(draw.integer(1, 4))
    const other = draw.broadcastable(shape)
    const [a, b] = [draw.feed('a', shape), draw.feed('b', other, low)]
    return low === undefined && draw.pick([true, false]) ? op(b, a) : op(a, b)
  }

const unary =
  (op: (x: AnyValue) => AnyValue, low = -2, high = 2): Make =>
  (draw) =>
    op(draw.feed('x', draw.shape(draw.integer(0, 4)), low, high))

const asFloat = (x: AnyValue): AnyValue => ops.cast(x, 'float32')

/** Channel counts around the block sizes, and ones that no block divides. */
const channels = [1, 3, 5, 8, 16, 24, 32]

interface Geometry {
  readonly n: number
  readonly i: number
  readonly o: number
  readonly h: number
  readonly w: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}

const geometry = (draw: Draw): Geometry => {
  const kernel = draw.pick([1, 3, 3, 3])
  return {
    n: draw.pick([1, 2, 3, 8, 12, 16, 18]),
    i: draw.pick(channels),
    o: draw.pick(channels),
    h: draw.integer(kernel, 9),
    w: draw.integer(kernel, 9),
    kernel,
    stride: draw.pick([1, 2]),
    padding: draw.pick(kernel === 1 ? [0, 0, 1] : [0, 1, 1, 1, 2]),
  }
}

/** The three passes of one convolution. */
const allPasses = (draw: Draw, size: Geometry): Record<'y' | 'dx' | 'dw', AnyValue> => {
  const { x, w, y, dy } = convolutionParts(draw, size)
  const dx = ops.conv2dInputGradient(dy, w, { ...size, height: size.h, width: size.w })
  return { y, dx, dw: ops.conv2dWeightGradient(x, dy, size) }
}

const convolutionParts = (
  draw: Draw,
  size: Geometry,
): { x: AnyValue; w: AnyValue; dy: AnyValue; y: AnyValue } => {
  const x = draw.feed('x', [size.n, size.i, size.h, size.w])
  const w = draw.feed('w', [size.o, size.i, size.kernel, size.kernel])
  const y = ops.conv2d(x, w, size)
  return { x, w, y, dy: draw.feed('dy', y.shape) }
}

const image = (draw: Draw): number[] => [
  draw.integer(1, 3),
  draw.pick(channels),
  draw.integer(1, 6),
  draw.integer(1, 6),
]

/** A blocked value (where the layout exists): a 1×1 convolution's result. */
const blockedInput = (draw: Draw, name = 'z'): AnyValue => {
  const c = draw.pick([16, 32])
  const x = draw.feed(`${name}.x`, [draw.integer(1, 3), 16, draw.integer(1, 5), draw.integer(1, 5)])
  return ops.conv2d(x, draw.feed(`${name}.w`, [c, 16, 1, 1]), { stride: 1, padding: 0 })
}

/** How each case is made, by name; names of operations first. */
export const makers: Readonly<Record<string, Make>> = {
  input: (draw) => draw.feed('x', draw.shape(3)),
  constant: (draw) => ops.add(draw.feed('x', [2, 3]), ops.constant([3], Float32Array.of(1, -2, 0.5))),
  add: binary(ops.add),
  subtract: binary(ops.subtract),
  multiply: binary(ops.multiply),
  divide: binary(ops.divide, 0.5),
  maximum: binary(ops.maximum),
  minimum: binary(ops.minimum),
  negate: unary(ops.negate),
  exp: unary(ops.exp),
  log: unary(ops.log, 0.1, 3),
  sqrt: unary(ops.sqrt, 0.1, 3),
  abs: unary(ops.abs),
  floor: unary(ops.floor),
  cos: unary(ops.cos),
  sin: unary(ops.sin),
  acos: unary(ops.acos, -0.9, 0.9),
  sigmoid: unary(ops.sigmoid),
  greater: binary((a, b) => asFloat(ops.greater(a, b))),
  equal: (draw) => {
    const shape = draw.shape(2)
    return asFloat(ops.equal(draw.integers('a', shape, 0, 2), draw.integers('b', shape, 0, 2)))
  },
  select: (draw) => {
    const shape = draw.shape(draw.integer(1, 4))
    const condition = ops.greater(draw.feed('c', draw.broadcastable(shape)), 0)
    return ops.select(condition, draw.feed('a', shape), draw.feed('b', draw.broadcastable(shape)))
  },
  cast: (draw) => {
    const labels = draw.integers('a', draw.shape(2), -3, 3)
    return { y: ops.cast(labels, 'float32'), z: asFloat(ops.cast(draw.feed('x', [4]), 'int32')) }
  },
  stopGradient: unary(ops.stopGradient),
  reshape: (draw) =>
    ops.reshape(draw.feed('x', [2, 3, 4]), draw.pick([[24], [6, 4], [1, 2, 12], [2, 2, 3, 2]])),
  transpose: (draw) =>
    ops.transpose(
      draw.feed('x', draw.shape(3)),
      draw.pick([
        [0, 2, 1],
        [2, 0, 1],
        [2, 1, 0],
        [1, 0, 2],
      ]),
    ),
  broadcast: (draw) => {
    const shape = draw.shape(draw.integer(1, 4))
    return ops.broadcast(draw.feed('x', draw.broadcastable(shape)), shape)
  },
  slice: (draw) => {
    const shape = [draw.integer(2, 6), draw.integer(2, 6), 3]
    const starts = shape.map((length) => draw.integer(0, length - 1))
    const ends = shape.map((length, axis) => draw.integer((starts[axis] ?? 0) + 1, length))
    return ops.slice(
      draw.feed('x', shape),
      starts,
      ends,
      shape.map(() => draw.integer(1, 3)),
    )
  },
  pad: (draw) => {
    const shape = draw.shape(3)
    const counts = (): number[] => shape.map(() => draw.integer(0, 2))
    return ops.pad(draw.feed('x', shape), counts(), counts(), counts())
  },
  concat: (draw) => {
    const shape = draw.shape(3)
    const axis = draw.integer(0, 2)
    const part = (name: string): AnyValue =>
      draw.feed(
        name,
        shape.map((length, a) => (a === axis ? draw.integer(1, 4) : length)),
      )
    return ops.concat([part('a'), part('b'), part('c')], axis)
  },
  sum: (draw) => {
    const x = draw.feed('x', draw.shape(draw.integer(0, 4)))
    return ops.sum(
      x,
      x.shape.map((_, axis) => axis).filter(() => draw.pick([true, false])),
      draw.pick([true, false]),
    )
  },
  max: (draw) => {
    const x = draw.feed('x', draw.shape(draw.integer(1, 4)))
    return ops.max(
      x,
      x.shape.map((_, axis) => axis).filter(() => draw.pick([true, false])),
      draw.pick([true, false]),
    )
  },
  matmul: (draw) => {
    const [m, k, n] = [draw.integer(1, 6), draw.integer(1, 6), draw.integer(1, 6)]
    const lead = draw.shape(draw.integer(0, 2), 3)
    const [transposeA, transposeB] = [draw.pick([true, false]), draw.pick([true, false])]
    const a = draw.feed('a', [...lead, ...(transposeA ? [k, m] : [m, k])])
    const b = draw.feed('b', [...lead, ...(transposeB ? [n, k] : [k, n])])
    return ops.matmul(a, b, { transposeA, transposeB })
  },
  oneHot: (draw) => ops.oneHot(draw.integers('labels', [5], -2, 6), 5),
  conv2d: (draw) => allPasses(draw, geometry(draw)).y,
  conv2dInputGradient: (draw) => allPasses(draw, geometry(draw)).dx,
  conv2dWeightGradient: (draw) => allPasses(draw, geometry(draw)).dw,
  prelu: (draw) => {
    const shape = draw.pick([image(draw), [3, 5], [2, 4, 3]])
    return ops.prelu(draw.feed('x', shape), draw.feed('slope', [shape[1] ?? 1]))
  },
  preluInputGradient: (draw) => {
    const shape = draw.pick([image(draw), [3, 5], [2, 4, 3]])
    return ops.preluInputGradient(
      draw.feed('x', shape),
      draw.feed('slope', [shape[1] ?? 1]),
      draw.feed('dy', shape),
    )
  },
  preluSlopeGradient: (draw) => {
    const shape = draw.pick([image(draw), [3, 5], [2, 4, 3]])
    return ops.preluSlopeGradient(draw.feed('x', shape), draw.feed('dy', shape))
  },

  'blocked arithmetic': (draw) => {
    const z = blockedInput(draw)
    const [n = 1, c = 1, h = 1, w = 1] = z.shape
    const other = draw.pick([
      [],
      [1],
      [c, 1, 1],
      [1, c, 1, 1],
      [n, 1, 1, 1],
      [n, c, 1, 1],
      [1, 1, h, w],
      [h, w],
      [w],
      [1, c, h, w],
      [n, 1, h, w],
      [n, c, h, w],
    ])
    const b = draw.feed('b', other)
    const both = ops.subtract(ops.multiply(z, b), ops.broadcast(draw.feed('s', [c, 1, 1]), z.shape))
    return { y: ops.select(ops.greater(both, b), ops.exp(z), both), z: asFloat(ops.greater(z, b)) }
  },
  'blocked sums': (draw) => {
    const z = blockedInput(draw)
    const axes = draw.pick([
      [0],
      [1],
      [2],
      [3],
      [0, 2, 3],
      [2, 3],
      [1, 2, 3],
      [0, 1],
      [0, 1, 2, 3],
      [0, 2],
      [1, 3],
    ])
    const keep = draw.pick([true, false])
    return { sum: ops.sum(z, axes, keep), max: ops.max(z, axes, keep), whole: z }
  },
  'passes in whole blocks': (draw) => {
    const blocks = { n: draw.pick([8, 16, 18]), i: draw.pick([16, 32]), o: draw.pick([16, 32]), kernel: 3 }
    const size = { ...geometry(draw), ...blocks, padding: 1, h: draw.integer(3, 9), w: draw.integer(3, 9) }
    return allPasses(draw, size)
  },
  'bias and residual': (draw) => {
    const size = { ...geometry(draw), i: draw.pick([3, 16, 16]), o: draw.pick([16, 32]) }
    const { y, x, w, dy } = convolutionParts(draw, size)
    const bias = draw.feed('bias', [size.o])
    const biased = ops.add(y, ops.reshape(bias, [1, size.o, 1, 1]))
    const back = ops.conv2dInputGradient(dy, w, { ...size, height: size.h, width: size.w })
    return { biased, residual: ops.add(dy, ops.conv2d(x, w, size)), back: ops.add(x, back) }
  },
  'prelu three ways': (draw) => {
    const z = blockedInput(draw)
    const slope = draw.feed('slope', [z.shape[1] ?? 1])
    const dy = ops.multiply(ops.prelu(z, slope), draw.feed('g', z.shape))
    return {
      y: ops.prelu(z, slope),
      dx: ops.preluInputGradient(z, slope, dy),
      dslope: ops.preluSlopeGradient(z, dy),
    }
  },
  'square sums': (draw) => {
    const x = draw.feed('x', [draw.integer(1, 4), draw.integer(1, 40)])
    const z = blockedInput(draw)
    return {
      rows: ops.sum(ops.multiply(x, x), [1], true),
      all: ops.sum(ops.multiply(x, x)),
      blocked: ops.sum(ops.multiply(z, z), [0, 2, 3]),
    }
  },
}

/** A case by its maker's name and a seed. */
export function makeCase(name: string, seed: number): Case {
  const draw = new Draw(seed, name)
  const make = makers[name]
  if (make === undefined) throw new Error(`no case ${name}`)
  return draw.case(name, make(draw))
}

import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/graph/interpret.ts'
import * as ops from '../../src/graph/ops.ts'
import type { Graph } from '../../src/graph/value.ts'
import { readOnnx } from '../../src/onnx/decode.ts'
import { emitProgram } from '../../src/onnx/emit.ts'
import type { Plan } from '../../src/onnx/plan.ts'
import { Draw } from './cases.ts'

const plan: Plan = { blockSize: 1, lowerings: {}, layouts: {} }

/** A small network with everything the backbones use, for `images` images. */
function network(draw: Draw, images: number): Graph {
  const x = draw.feed('x', [images, 3, 9, 7])
  const bias = ops.reshape(draw.feed('bias', [16]), [1, 16, 1, 1])
  const first = ops.add(ops.conv2d(x, draw.feed('w1', [16, 3, 3, 3]), { stride: 2, padding: 1 }), bias)
  const active = ops.prelu(first, draw.feed('slope', [16], -0.5, 1.5))
  const inner = ops.conv2d(active, draw.feed('w2', [16, 16, 3, 3]), { stride: 1, padding: 1 })
  const flat = ops.reshape(ops.add(active, inner), [images, 16 * 5 * 4])
  const embedding = ops.matmul(flat, draw.feed('fc', [8, 16 * 5 * 4]), { transposeB: true })
  const norm = ops.sqrt(ops.sum(ops.multiply(embedding, embedding), [1], true))
  return { name: 'embed', outputs: { embedding: ops.divide(embedding, norm) } }
}

describe('an exported model', () => {
  const draw = new Draw(3, 'export')
  const graph = network(draw, 2)
  const { x: _, ...weights } = draw.feeds
  const constants = new Map(
    Object.entries(weights).map(([name, data]) => {
      const shape =
        { bias: [16], w1: [16, 3, 3, 3], slope: [16], w2: [16, 16, 3, 3], fc: [8, 320] }[name] ?? []
      return [name, { shape, data: Float32Array.from(data) }]
    }),
  )
  const options = { device: 'cpu', dynamicBatch: true, constants, metadata: { contract: 'c' } } as const
  const { model, inputs } = emitProgram(graph, plan, options)

  test('has open batch ends, its weights inside, and standard operators only', () => {
    const file = readOnnx(model, 'export')
    expect(inputs.map(({ name }) => name)).toEqual(['x'])
    expect(file.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['N', 3, 9, 7] }])
    expect(file.outputs).toEqual([{ name: 'embedding', dtype: 'float32', shape: ['N', 8] }])
    expect(file.opsets).toEqual({ '': 17 })
    expect(file.operators.every((name) => /^[A-Z][A-Za-z]+$/.test(name))).toBe(true)
    expect(file.metadata).toEqual({ contract: 'c' })
    expect([...file.initializers.keys()]).toEqual(expect.arrayContaining(Object.keys(weights)))
    expect(emitProgram(graph, plan, options).model).toEqual(model)
  })

  test.each(['disabled', 'all'] as const)(
    'runs at any batch, optimization %s',
    async (graphOptimizationLevel) => {
      const session = await InferenceSession.create(model, { graphOptimizationLevel, logSeverityLevel: 3 })
      for (const images of [1, 2, 5]) {
        const drawn = new Draw(images, 'pixels')
        drawn.feed('x', [images, 3, 9, 7])
        const pixels = Float32Array.from(drawn.feeds['x'] ?? [])
        const wanted = interpret(network(new Draw(3, 'export'), images), { ...weights, x: pixels })[
          'embedding'
        ]
        const results = await session.run({ x: new OrtTensor('float32', pixels, [images, 3, 9, 7]) })
        const data = results['embedding']?.data ?? []
        wanted?.data.forEach((value, index) => expect(data[index]).toBeCloseTo(value, 5))
        expect(data.length).toBe(images * 8)
      }
      await session.release()
    },
  )

  test('what would need the number of samples written down is refused', () => {
    const x = ops.input('x', [4, 6])
    const turned = { name: 'turned', outputs: { y: ops.transpose(x, [1, 0]) } }
    const regrouped = { name: 'regrouped', outputs: { y: ops.reshape(x, [2, 12]) } }
    for (const open of [turned, regrouped]) {
      expect(() => emitProgram(open, plan, { device: 'cpu', dynamicBatch: true })).toThrow(
        'keep the batch axis',
      )
    }
  })
})

describe('names', () => {
  test('a state that is replaced, one that is kept, and one value returned twice', async () => {
    const [a, b] = [ops.input('a', [2]), ops.input('b', [2])]
    const sum = ops.add(a, b)
    const graph = {
      name: 'n',
      outputs: { a: sum, b, twice: sum, one: ops.constant([1], Float32Array.of(1)) },
    }
    const program = emitProgram(graph, plan, { device: 'cpu' })
    expect(program.outputs.map(({ name, port }) => [name, port])).toEqual([
      ['a', 'a:next'],
      ['b', 'b:next'],
      ['twice', 'twice'],
      ['one', 'one'],
    ])
    const session = await InferenceSession.create(program.model)
    const feed = (...values: number[]): OrtTensor => new OrtTensor('float32', Float32Array.from(values), [2])
    const results = await session.run({ a: feed(1, 2), b: feed(10, 20) })
    expect([...(results['a:next']?.data ?? [])]).toEqual([11, 22])
    expect([...(results['b:next']?.data ?? [])]).toEqual([10, 20])
    expect([...(results['twice']?.data ?? [])]).toEqual([11, 22])
    expect([...(results['one']?.data ?? [])]).toEqual([1])
    await session.release()
  })
})

/** @file What every session must do, whatever drives it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { random } from '../src/base/random.ts'
import { interpret } from '../src/graph/interpret.ts'
import * as ops from '../src/graph/ops.ts'
import type { Graph } from '../src/graph/value.ts'
import type { Plan } from '../src/onnx/plan.ts'
import type { OpenSession, Session, SessionSpec } from '../src/runtime/session.ts'
import { type IntTensor, sizeOf, type Tensor } from '../src/tensor/tensor.ts'

const numbers = (seed: number, ...shape: number[]): Tensor => {
  const stream = random(seed, 'conformance', ...shape)
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()) }
}
const floats = (...values: number[]): Tensor => ({ shape: [values.length], data: Float32Array.from(values) })
const scalarOf = (value: number): Tensor => ({ shape: [], data: Float32Array.of(value) })
const bitsOf = (data: Float32Array = new Float32Array(0)): Buffer =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength)
const listOf = (tensor: Tensor | undefined): number[] => [...(tensor?.data ?? [])]

/** v ← 0.5·v + g, w ← w − lr·v; the loss Σ w·g is taken before. */
function momentumStep(length: number): Graph {
  const [w, v, g] = [ops.input('w', [length]), ops.input('v', [length]), ops.input('g', [length])]
  const velocity = ops.add(ops.multiply(v, 0.5), g)
  const moved = ops.subtract(w, ops.multiply(ops.input('lr', []), velocity))
  return { name: 'step', outputs: { w: moved, v: velocity, loss: ops.sum(ops.multiply(w, g)) } }
}

const halve: Graph = { name: 'halve', outputs: { w: ops.multiply(ops.input('w', [3]), 0.5) } }
const look: Graph = {
  name: 'look',
  outputs: { difference: ops.subtract(ops.input('w', [3]), ops.input('v', [3])) },
}

const momentum: SessionSpec = {
  state: { w: [3], v: [3] },
  programs: { step: momentumStep(3), halve, look },
  device: 'cpu',
  threads: 1,
}

const start = new Map([
  ['w', floats(1, 2, 3)],
  ['v', floats(0, 1, 0)],
])
const feeds = { g: floats(1, -1, 2), lr: scalarOf(0.5) }

/** Checks a session of `open`; every driver passes the same. */
export function sessionConformance(title: string, open: OpenSession): void {
  describe(`session conformance: ${title}`, () => {
    let session: Session
    beforeAll(async () => {
      session = await open(momentum)
    })
    afterAll(() => session[Symbol.asyncDispose]())

    const stateNow = async (): Promise<Record<string, number[]>> => {
      const state = await session.readState()
      return { w: listOf(state.get('w')), v: listOf(state.get('v')) }
    }

    test('the state is zero at first, and canonical', async () => {
      await using fresh = await open(momentum)
      const state = await fresh.readState()
      expect([...state]).toEqual([
        ['w', floats(0, 0, 0)],
        ['v', floats(0, 0, 0)],
      ])
    })

    test('reads back what was written, as copies', async () => {
      await session.writeState(start)
      const first = await session.readState(['w'])
      expect([...first.keys()]).toEqual(['w'])
      first.get('w')?.data.fill(99)
      expect(await stateNow()).toEqual({ w: [1, 2, 3], v: [0, 1, 0] })
    })

    test('each step reads the state the one before left', async () => {
      await session.writeState(start)
      let [w, v] = [
        [1, 2, 3],
        [0, 1, 0],
      ]
      for (let i = 0; i < 5; i++) {
        const wanted = interpret(momentumStep(3), { w, v, g: feeds.g.data, lr: feeds.lr.data })
        const { loss, ...rest } = await session.run('step', feeds)
        expect(rest).toEqual({})
        expect(loss?.shape).toEqual([])
        expect(loss?.data[0]).toBeCloseTo(wanted['loss']?.data[0] ?? NaN, 4)
        ;[w, v] = [[...(wanted['w']?.data ?? [])], [...(wanted['v']?.data ?? [])]]
        const state = await stateNow()
        w.forEach((value, at) => expect(state['w']?.[at]).toBeCloseTo(value, 4))
        v.forEach((value, at) => expect(state['v']?.[at]).toBeCloseTo(value, 4))
      }
    })

    test('programs share the state; what a program does not put out stays', async () => {
      await session.writeState(start)
      await session.run('halve', {})
      expect(await stateNow()).toEqual({ w: [0.5, 1, 1.5], v: [0, 1, 0] })
      const { difference } = await session.run('look', {})
      expect(listOf(difference)).toEqual([0.5, 0, 1.5])
      await session.run('step', feeds)
      await session.run('halve', {})
      expect(await stateNow()).toEqual({ w: [0, 0.625, 0.25], v: [1, -0.5, 2] })
    })

    test('results and feeds are the caller’s own', async () => {
      await session.writeState(start)
      const g = floats(1, -1, 2)
      const running = session.run('step', { ...feeds, g })
      g.data.fill(1000)
      const first = await running
      const kept = listOf(first['loss'])
      await session.run('step', feeds)
      expect(listOf(first['loss'])).toEqual(kept)
      expect(kept).toEqual([5])
    })

    test('runs and reads asked for at once happen one after another, in order', async () => {
      await session.writeState(start)
      const seen = await Promise.all([
        session.run('halve', {}),
        session.readState(['w']),
        session.run('halve', {}),
        session.readState(['w']),
        session.writeState(new Map([['w', floats(8, 8, 8)]])),
        session.run('halve', {}),
        session.readState(['w']),
      ])
      const reads = seen.filter((value) => value instanceof Map).map((state) => listOf(state.get('w')))
      expect(reads).toEqual([
        [0.5, 1, 1.5],
        [0.25, 0.5, 0.75],
        [4, 4, 4],
      ])
    })

    test('a guard that is not finite keeps the state, and the session goes on', async () => {
      await session.writeState(start)
      const bad = { ...feeds, g: floats(1, NaN, 2) }
      const { loss } = await session.run('step', bad, { guard: 'loss' })
      expect(loss?.data[0]).toBeNaN()
      expect(await stateNow()).toEqual({ w: [1, 2, 3], v: [0, 1, 0] })
      await session.run('step', { ...feeds, g: floats(Infinity, 0, 0) }, { guard: 'loss' })
      expect(await stateNow()).toEqual({ w: [1, 2, 3], v: [0, 1, 0] })
      await session.run('step', feeds, { guard: 'loss' })
      expect(await stateNow()).toEqual({ w: [0.5, 2.25, 2], v: [1, -0.5, 2] })
      await session.run('step', bad)
      expect((await stateNow())['w']?.[1]).toBeNaN()
      await expect(session.run('step', feeds, { guard: 'los' })).rejects.toThrow(/did you mean `loss`/)
    })

    test('wrong feeds are refused in a sentence, and the state stays', async () => {
      await session.writeState(start)
      const { g, lr } = feeds
      const labels: IntTensor = { shape: [3], data: Int32Array.of(1, 2, 3) }
      const refusals: [Parameters<Session['run']>[1], RegExp][] = [
        [{ g }, /needs the feed `lr`/],
        [{ g, lr, extra: g }, /Unknown feed .*`extra`/],
        [{ g, rl: lr }, /did you mean `lr`/],
        [{ g: floats(1, 2), lr }, /`g` to have shape \[3\], got \[2\]/],
        [{ g: { shape: [3], data: new Float32Array(2) }, lr }, /`g` to hold 3 elements, got 2/],
        [{ g: labels, lr }, /`g` to be float32, got int32/],
        [{ g, lr, w: g }, /`w` is a state/],
      ]
      for (const [given, message] of refusals)
        await expect(session.run('step', given)).rejects.toThrow(message)
      await expect(session.run('stp', feeds)).rejects.toThrow(/Unknown program `stp`; did you mean `step`/)
      await expect(session.run('step', { g })).rejects.toThrow(RangeError)
      await expect(session.run('step', { g: labels, lr })).rejects.toThrow(TypeError)
      expect(await stateNow()).toEqual({ w: [1, 2, 3], v: [0, 1, 0] })
    })

    test('states are written all or not at all', async () => {
      await session.writeState(start)
      const good: [string, Tensor] = ['w', floats(7, 7, 7)]
      const bad: [string, Tensor][] = [
        ['v', floats(1, 2)],
        ['v', { shape: [3], data: new Float32Array(4) }],
        ['velocity', floats(1, 2, 3)],
      ]
      for (const entry of bad) {
        await expect(session.writeState(new Map([good, entry]))).rejects.toThrow(RangeError)
        await expect(session.writeState(new Map([entry, good]))).rejects.toThrow(RangeError)
      }
      await expect(session.readState(['w', 'x'])).rejects.toThrow(/Unknown state `x`/)
      expect(await stateNow()).toEqual({ w: [1, 2, 3], v: [0, 1, 0] })
    })

    test('labels are int32, conditions bool; results are floats', async () => {
      const labels = ops.input('labels', [4], 'int32')
      const keep = ops.input('keep', [4], 'bool')
      const graph: Graph = {
        name: 'types',
        outputs: {
          hot: ops.oneHot(labels, 3),
          kept: ops.select(keep, ops.cast(labels, 'float32'), -1),
          same: labels,
          above: ops.greater(ops.cast(labels, 'float32'), 1),
        },
      }
      await using typed = await open({ state: {}, programs: { graph }, device: 'cpu', threads: 1 })
      const four = (...values: number[]): IntTensor => ({ shape: [4], data: Int32Array.from(values) })
      const results = await typed.run('graph', { labels: four(2, 0, 5, 1), keep: four(1, 0, 1, 0) })
      expect(listOf(results['hot'])).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0])
      expect(listOf(results['kept'])).toEqual([2, -1, 5, -1])
      expect(listOf(results['same'])).toEqual([2, 0, 5, 1])
      expect(listOf(results['above'])).toEqual([1, 0, 1, 0])
    })

    test('a convolution’s weights are read canonical whatever layout they live in', async () => {
      const x = ops.input('x', [2, 32, 6, 5])
      const w = ops.input('weight', [16, 32, 3, 3])
      const y = ops.conv2d(x, w, { stride: 1, padding: 1 })
      const graph: Graph = { name: 'conv', outputs: { y, weight: ops.multiply(w, 0.5) } }
      const { blockSize } = session.fingerprint
      // where the runtime has no blocks such a plan cannot be used, and another is made
      const plan: Plan = {
        blockSize: Math.max(2, blockSize),
        lowerings: {},
        layouts: { weight: 'blocked-weight' },
      }
      const spec = {
        state: { weight: [16, 32, 3, 3] },
        programs: { graph },
        device: 'cpu',
        threads: 2,
      } as const
      await using convolving = await open({ ...spec, plan })
      const weight = numbers(1, 16, 32, 3, 3)
      const pixels = numbers(2, 2, 32, 6, 5)
      await convolving.writeState(new Map([['weight', weight]]))
      expect((await convolving.readState()).get('weight')).toEqual(weight)
      const wanted = interpret(graph, { x: pixels.data, weight: weight.data })
      const { y: got } = await convolving.run('graph', { x: pixels })
      wanted['y']?.data.forEach((value, at) => expect(got?.data[at]).toBeCloseTo(value, 3))
      expect(listOf((await convolving.readState()).get('weight'))).toEqual([
        ...weight.data.map((value) => value / 2),
      ])
      const { blockSize: used } = convolving.fingerprint
      expect(convolving.plan.layouts['weight'] ?? 'plain').toBe(used > 1 ? 'blocked-weight' : 'plain')
      expect(used).toBe(blockSize)
    })

    test('large tensors, the same bits every time', async () => {
      const length = 300_000
      const spec = {
        state: { w: [length], v: [length] },
        programs: { step: momentumStep(length) },
        device: 'cpu',
        threads: 2,
      } as const
      const train = async (): Promise<Map<string, Tensor>> => {
        await using large = await open(spec)
        await large.writeState(new Map([['w', numbers(3, length)]]))
        for (let i = 0; i < 4; i++) await large.run('step', { g: numbers(i, length), lr: scalarOf(0.1) })
        return await large.readState()
      }
      const [first, again] = [await train(), await train()]
      for (const [name, { data }] of first) {
        expect(data.some((value) => value !== 0)).toBe(true)
        expect(bitsOf(data).equals(bitsOf(again.get(name)?.data))).toBe(true)
      }
    })

    test('the fingerprint says what the bits depend on', async () => {
      expect(session.fingerprint).toMatchObject({ device: 'cpu', threads: 1, driver: session.driver })
      expect(session.fingerprint.runtime).toMatch(/^onnxruntime\S* \d+\.\d+\.\d+/)
      expect(session.fingerprint.plan).toMatch(/^[0-9a-f]{16}$/)
      await using again = await open({ ...momentum, plan: session.plan })
      expect(again.fingerprint).toEqual(session.fingerprint)
    })

    test('disposing waits for the work under way; afterwards everything is refused', async () => {
      const brief = await open(momentum)
      await brief.writeState(start)
      const running = brief.run('step', feeds)
      await Promise.all([brief[Symbol.asyncDispose](), brief[Symbol.asyncDispose]()])
      expect(listOf((await running)['loss'])).toEqual([5])
      await expect(brief.run('step', feeds)).rejects.toThrow(/disposed/)
      await expect(brief.readState()).rejects.toThrow(/disposed/)
      await expect(brief.writeState(start)).rejects.toThrow(/disposed/)
      await brief[Symbol.asyncDispose]()
    })
  })
}

/** @file The gradient's norm and what follows from it at the size of a large training set's class weights. */
import { describe, expect, test } from 'vitest'
import * as ops from '../src/graph/ops.ts'
import type { AnyValue } from '../src/graph/value.ts'
import { openSession } from '../src/node/session/open-session.ts'
import { clipFactor, squaredNorms } from '../src/optim/clip.ts'

/** Numbers of one sign-free size, as fast as they can be made. */
const drawn = (count: number, size: number): Float32Array => {
  const data = new Float32Array(count)
  let state = 1
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    data[i] = (state / 2 ** 31) * size
  }
  return data
}

const exactNorm = (data: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < data.length; i++) sum += (data[i] ?? 0) ** 2
  return Math.sqrt(sum)
}

const run = async (
  shape: readonly number[],
  data: Float32Array,
  outputs: (gradient: AnyValue) => Record<string, AnyValue>,
): Promise<Record<string, number>> => {
  await using session = await openSession({
    state: { gradient: shape },
    programs: { program: { name: 'program', outputs: outputs(ops.input('gradient', shape)) } },
    device: 'cpu',
    threads: 2,
  })
  await session.writeState(new Map([['gradient', { shape, data }]]))
  const results = await session.run('program', {})
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data[0] ?? NaN]))
}

const normOf = (gradient: AnyValue): AnyValue => {
  const [square = ops.scalar(0)] = squaredNorms([gradient])
  return ops.sqrt(square)
}

describe('the norm of a gradient', () => {
  test.each([
    [85_742, 512],
    [10_572, 512],
    // no divisor near the root: two primes
    [9_973, 101],
  ])('of %i × %i numbers is exact to 2e-6, and so is clipping by it', async (rows, columns) => {
    const data = drawn(rows * columns, 1e-3)
    const wanted = exactNorm(data)
    const { norm = NaN, factor = NaN } = await run([rows, columns], data, (gradient) => {
      const value = normOf(gradient)
      return { norm: value, factor: clipFactor(value, 0.5) }
    })
    expect(Math.abs(norm / wanted - 1)).toBeLessThan(2e-6)
    expect(Math.abs(factor / Math.min(1, 0.5 / wanted) - 1)).toBeLessThan(5e-6)
  })

  test('of a convolution’s weights is that of all of them, in whatever layout they lie', async () => {
    const shape = [128, 64, 3, 3]
    const data = drawn(128 * 64 * 9, 0.01)
    const { norm = NaN } = await run(shape, data, (gradient) => ({ norm: normOf(gradient) }))
    expect(Math.abs(norm / exactNorm(data) - 1)).toBeLessThan(1e-6)
  })

  test('keeps the axes where it is asked to', async () => {
    const data = drawn(128 * 128, 1)
    const { all = NaN, kept = NaN } = await run([128, 128], data, (gradient) => {
      const square = ops.multiply(gradient, gradient)
      return { all: ops.sum(square), kept: ops.sum(square, [0, 1], true) }
    })
    expect(kept).toBe(all)
  })
})

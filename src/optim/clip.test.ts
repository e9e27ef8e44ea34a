import { describe, expect, test } from 'vitest'
import { interpret } from '../graph/interpret.ts'
import * as ops from '../graph/ops.ts'
import { clipFactor, squaredNorms } from './clip.ts'

const factorOf = (norm: number, largest: number): number => {
  const outputs = { factor: clipFactor(ops.input('norm', []), largest) }
  return interpret({ name: 'clip', outputs }, { norm: [norm] })['factor']?.data[0] ?? NaN
}

describe('clipping', () => {
  test.each([0, 1e-9, 0.3, 0.99])('a gradient of norm %d under the limit stays as it is', (norm) => {
    expect(factorOf(norm, 1)).toBe(1)
  })

  test.each([
    [2, 1],
    [7, 0.5],
    [1e10, 3],
  ])('a gradient of norm %d is brought to %d', (norm, largest) => {
    expect(factorOf(norm, largest) * norm).toBeCloseTo(largest, 5)
  })

  test('the norms are those of each gradient alone', () => {
    const [first, second] = squaredNorms([ops.input('a', [2]), ops.input('b', [2, 1])])
    if (first === undefined || second === undefined) throw new Error('a norm is missing')
    const found = interpret({ name: 'norms', outputs: { first, second } }, { a: [3, -4], b: [1, 2] })
    expect([found['first']?.data[0], found['second']?.data[0]]).toEqual([25, 5])
  })
})

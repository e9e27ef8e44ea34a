import { expect, test } from 'vitest'
import { layoutFits, packLayout, unpackLayout } from './layout.ts'

const counted = (shape: readonly number[]): { shape: readonly number[]; data: Float32Array } => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => index),
})

test('blocked puts the channels of a block beside each other', () => {
  const packed = packLayout(counted([1, 4, 1, 3]), 'blocked', 2)
  expect([...packed]).toEqual([0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11])
})

test('blocked weights are [O/B, I/B, k, k, Bi, Bo]', () => {
  const packed = packLayout(counted([2, 4, 1, 1]), 'blocked-weight', 2)
  expect([...packed]).toEqual([0, 4, 1, 5, 2, 6, 3, 7])
})

test.each(['plain', 'blocked', 'blocked-weight'] as const)('there and back: %s', (layout) => {
  const x = counted([16, 8, 3, 2])
  expect(unpackLayout(packLayout(x, layout, 8), x.shape, layout, 8)).toEqual(x)
})

test('what no block divides has no blocked layout', () => {
  expect(layoutFits([2, 3, 1, 1], 'blocked', 8)).toBe(false)
  expect(layoutFits([12, 16, 3, 3], 'blocked-weight', 8)).toBe(false)
  expect(layoutFits([16, 16], 'blocked', 8)).toBe(false)
  expect(layoutFits([16, 16, 3, 3], 'blocked', 1)).toBe(false)
  expect(() => packLayout(counted([1, 3, 1, 1]), 'blocked', 8)).toThrow(RangeError)
})

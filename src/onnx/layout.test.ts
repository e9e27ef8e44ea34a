import { expect, test } from 'vitest'
import { atOnce } from '../base/breather.ts'
import { layoutFits, packLayout, packing, unpacking } from './layout.ts'

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
  const packed = packLayout(x, layout, 8)
  expect(atOnce(unpacking(new Float32Array(packed.length), packed, x.shape, layout, 8))).toEqual(x.data)
})

test.each(['plain', 'blocked', 'blocked-weight'] as const)(
  'a large one rests on its way, unchanged: %s',
  (layout) => {
    const x = counted([64, 64, 13, 7])
    const target = new Float32Array(x.data.length)
    expect([...packing(target, x, layout, 16)].length).toBeGreaterThanOrEqual(2)
    const whole = packLayout(x, layout, 16)
    expect(target.every((value, i) => value === whole[i])).toBe(true)
  },
)

test('what no block divides has no blocked layout', () => {
  expect(layoutFits([2, 3, 1, 1], 'blocked', 8)).toBe(false)
  expect(layoutFits([12, 16, 3, 3], 'blocked-weight', 8)).toBe(false)
  expect(layoutFits([16, 16], 'blocked', 8)).toBe(false)
  expect(layoutFits([16, 16, 3, 3], 'blocked', 1)).toBe(false)
  expect(() => packLayout(counted([1, 3, 1, 1]), 'blocked', 8)).toThrow(RangeError)
})

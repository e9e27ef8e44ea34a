import { expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { wilson } from './interval.ts'

it.each([
  [5950, 6000, 0.989, 0.9937],
  [5989, 6000, 0.9967, 0.999],
])('gives the intervals of %i of %i pairs', (hits, count, low, high) => {
  expect(wilson(hits, count).low).toBeCloseTo(low, 4)
  expect(wilson(hits, count).high).toBeCloseTo(high, 4)
})

it('stays within [0, 1] and reaches its ends exactly', () => {
  expect(wilson(0, 10)).toMatchObject({ low: 0 })
  expect(wilson(10, 10)).toMatchObject({ high: 1 })
  expect(wilson(0, 10).high).toBeCloseTo(0.2775, 4)
  expect(() => wilson(3, 2)).toThrowError('Expected hits in [0, count]')
  expect(() => wilson(0, 0)).toThrowError('Expected hits in [0, count]')
})

it('covers the truth about 95 times of 100', () => {
  const stream = random(3, 'coverage')
  let covered = 0
  for (let trial = 0; trial < 2000; trial++) {
    let hits = 0
    for (let i = 0; i < 80; i++) if (stream.uniform() < 0.9) hits++
    const { low, high } = wilson(hits, 80)
    if (low <= 0.9 && 0.9 <= high) covered++
  }
  expect(covered / 2000).toBeGreaterThan(0.93)
  expect(covered / 2000).toBeLessThan(0.97)
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mean, quantile, standardDeviation } from './statistics.ts'

fc.configureGlobal({ seed: 1 })

it('means equal values exactly', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
      fc.integer({ min: 1, max: 50 }),
      (value, n) => {
        expect(mean(Array.from({ length: n }, () => value)) === value).toBe(true)
      },
    ),
  )
  expect(mean([1, 2, 6])).toBe(3)
})

it('tells a sample from a population', () => {
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9], 0)).toBe(2)
  expect(standardDeviation([1, 3], 1)).toBeCloseTo(Math.SQRT2, 15)
  expect(() => standardDeviation([1], 1)).toThrowError('more than 1 values')
  expect(() => mean([])).toThrowError('at least one value')
})

it('interpolates quantiles', () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantile([0, 10, 20], share))).toEqual([0, 5, 10, 20])
  expect(quantile([7], 0.3)).toBe(7)
  expect(() => quantile([1], 1.5)).toThrowError('share in [0, 1]')
})

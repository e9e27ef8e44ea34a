import { describe, expect, test } from 'vitest'
import { interpret } from '../graph/interpret.ts'
import { input } from '../graph/ops.ts'
import { runHead } from '../../test/loss-oracle.ts'
import { rowLengths } from './norm.ts'
import { median } from './rank.ts'

describe('lengths', () => {
  const lengthOf = (row: readonly number[]): number => {
    const outputs = { length: rowLengths(input('x', [1, row.length])) }
    return interpret({ name: 'length', outputs }, { x: row })['length']?.data[0] ?? NaN
  }

  test.each([2e-4, 1e-5, 1e-3, 3, 1e6])('of a row of length %d is exact', (length) => {
    expect(lengthOf([0.6 * length, 0, -0.8 * length]) / length).toBeCloseTo(1, 12)
  })

  test('of nothing is not 0', () => {
    expect(lengthOf([0, 0])).toBeCloseTo(1e-6, 12)
  })

  test('do not change what a loss makes of the directions', () => {
    const of = (length: number): number =>
      runHead({
        loss: { name: 'cosface', scale: 64, margin: 0.35 },
        classes: 3,
        embeddingSize: 2,
        features: [0.8 * length, 0.6 * length],
        labels: [0],
        values: { 'head.weight': [1, 0, 0, 1, -1, 0] },
      }).loss
    expect(of(2e-4)).toBeCloseTo(of(1), 8)
  })
})

describe('the median', () => {
  const medianOf = (numbers: readonly number[]): number => {
    const outputs = { median: median(input('x', [numbers.length, 1])) }
    return interpret({ name: 'median', outputs }, { x: numbers })['median']?.data[0] ?? NaN
  }

  test('is the middle one, of an even number the lower of two', () => {
    expect(medianOf([3, 1, 2])).toBe(2)
    expect(medianOf([4, 1, 3, 2])).toBe(2)
    expect(medianOf([5])).toBe(5)
    expect(medianOf([2, 2, 1, 2])).toBe(2)
  })
})

describe('the scale of AdaCos', () => {
  test('follows the lower median of the angles: of two images the nearer one', () => {
    const degrees = [20, 40]
    const radians = degrees.map((angle) => (angle * Math.PI) / 180)
    const { buffers } = runHead({
      loss: { name: 'adacos' },
      classes: 3,
      embeddingSize: 3,
      // both of class 0, turned towards the third axis: the cosine to the other classes is 0
      features: radians.flatMap((angle) => [Math.cos(angle), 0, Math.sin(angle)]),
      labels: [0, 0],
      values: { 'head.weight': [1, 0, 0, 0, 1, 0, 0, -1, 0] },
    })
    const wanted = Math.log(2) / Math.cos(radians[0] ?? NaN)
    expect(buffers['head.adaptiveScale']?.[0]).toBeCloseTo(wanted, 9)
  })
})

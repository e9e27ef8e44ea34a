import { describe, expect, test } from 'vitest'
import { expectedFirstLoss, logBesselI0, lossFloor, marginUpperBound, scaleLowerBound } from './bounds.ts'

describe('the least scale, Eq 6', () => {
  test.each([
    [8, 3.63, 5.72, 7.75, 9.76],
    [100, 6.72, 9.1, 11.39, 13.67],
    [5749, 10.85, 13.25, 15.56, 17.86],
    [10_572, 11.46, 13.86, 16.17, 18.47],
    [85_742, 13.56, 15.95, 18.27, 20.57],
    [360_232, 14.99, 17.39, 19.7, 22.0],
    [2_059_906, 16.74, 19.13, 21.44, 23.75],
  ])('%i classes', (classes, ...wanted) => {
    const posteriors = [0.9, 0.99, 0.999, 0.9999]
    wanted.forEach((value, index) => {
      expect(Math.abs(scaleLowerBound(classes, posteriors[index] ?? 0) - value)).toBeLessThanOrEqual(0.0051)
    })
  })

  test('is what a simplex of directions needs', () => {
    const [classes, posterior] = [12, 0.97]
    const s = scaleLowerBound(classes, posterior)
    const others = (classes - 1) * Math.exp(s * (-1 / (classes - 1) - 1))
    expect(1 / (1 + others)).toBeCloseTo(posterior, 12)
  })

  test('asks for two classes and a posterior between 0 and 1', () => {
    expect(() => scaleLowerBound(1, 0.9)).toThrow('Expected `classes` to be an integer of at least 2, got 1')
    expect(() => scaleLowerBound(8, 1)).toThrow('Expected `posterior` to be a number in (0, 1), got 1')
  })
})

describe('the largest margin, Eq 7', () => {
  test.each([
    [8, 0.2929],
    [10, 0.191],
    [100, 0.002],
    [2, 2],
  ])('%i classes in the plane', (classes, wanted) => {
    const { regime, bound, largest } = marginUpperBound(classes, 2)
    expect(regime).toBe('plane')
    expect(Math.abs(bound - wanted)).toBeLessThan(5.1e-5)
    expect(largest).toBe(bound)
  })

  test('a simplex up to D + 1 classes, crowded beyond', () => {
    expect(marginUpperBound(4, 3)).toEqual({ regime: 'simplex', bound: 4 / 3, largest: 4 / 3 })
    expect(marginUpperBound(513, 512).regime).toBe('simplex')
    expect(marginUpperBound(514, 512)).toMatchObject({ regime: 'crowded', bound: 514 / 513, largest: 1 })
  })

  test('a crowd cannot be farther apart than caps that fit on the sphere', () => {
    // 12 directions in space: the icosahedron's cosine is 1/√5, so the bound lies a little above 1 − 1/√5
    const { largest } = marginUpperBound(12, 3)
    expect(largest).toBeGreaterThanOrEqual(1 - 1 / Math.sqrt(5))
    expect(largest).toBeLessThan(0.62)
    expect(marginUpperBound(100, 3).largest).toBeLessThan(marginUpperBound(50, 3).largest)
  })
})

describe('the loss of an untrained network', () => {
  const paper = { embeddingSize: 512 }
  test.each([
    [10_572, 30, 0, 10.1],
    [10_572, 30, 0.35, 20.6],
    [10_572, 30, 0.4, 22.1],
    [10_572, 64, 0, 13.3],
    [10_572, 64, 0.35, 35.7],
    [10_572, 64, 0.4, 38.9],
    [85_742, 64, 0.35, 37.8],
    [85_742, 64, 0.4, 41.0],
  ])('%i classes, scale %i, margin %f', (classes, scale, margin, wanted) => {
    // the last row's figure in the notes is 37.8 + 0.05·64 = 41.0
    expect(Math.abs(expectedFirstLoss({ classes, scale, margin, ...paper }) - wanted)).toBeLessThan(0.055)
  })

  test('uses the Bessel function in the plane', () => {
    expect(logBesselI0(0)).toBeCloseTo(0, 12)
    expect(Math.exp(logBesselI0(1))).toBeCloseTo(1.2660658777520084, 10)
    expect(logBesselI0(30)).toBeCloseTo(Math.log(781672297823.9775), 9)
    expect(expectedFirstLoss({ classes: 8, scale: 10, margin: 0.1, embeddingSize: 2 })).toBeCloseTo(
      1 + Math.log(8) + Math.log(2815.716628466254),
      8,
    )
  })
})

describe('the floor of the loss', () => {
  test('scale 8 on 10,572 classes stays above 4.1', () => {
    const floor = lossFloor({ classes: 10_572, scale: 8, margin: 0.35, embeddingSize: 512 })
    expect(floor).toBeGreaterThan(4.05)
    expect(floor).toBeLessThan(4.15)
  })

  test('in the plane it is the regular polygon', () => {
    // a square: neighbours at 90°, the opposite at 180°
    const s = 5
    const wanted = Math.log(1 + 2 * Math.exp(s * (0 - 1 + 0.2)) + Math.exp(s * (-1 - 1 + 0.2)))
    expect(lossFloor({ classes: 4, scale: s, margin: 0.2, embeddingSize: 2 })).toBeCloseTo(wanted, 12)
  })

  test('keeps its digits near 0 and its size when large', () => {
    expect(lossFloor({ classes: 4, scale: 200, margin: 0.1, embeddingSize: 64 })).toBeGreaterThan(0)
    expect(lossFloor({ classes: 8, scale: 2000, margin: 0.9, embeddingSize: 2 })).toBeCloseTo(
      2000 * 0.6071068 + Math.log(2),
      2,
    )
    expect(lossFloor({ classes: 1, scale: 64, margin: 0.3, embeddingSize: 2 })).toBe(0)
  })
})

import { describe, expect, test } from 'vitest'
import { expectedFirstLoss, marginUpperBound, scaleLowerBound } from './bounds.ts'

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
    // the notes stop the logarithm's series at s²/(2D); this is what its next term takes off, 0.03 at s = 64
    const next = scale ** 4 / (4 * 512 ** 2 * 514)
    const got = expectedFirstLoss({ classes, scale, margin, ...paper })
    expect(Math.abs(got + next - wanted)).toBeLessThan(0.055)
    expect(got + next).toBeCloseTo(scale * margin + Math.log(classes) + scale ** 2 / 1024, 2)
  })

  test.each([
    [100, 3, 24, 0.05, 25.934],
    [8, 3, 16, 0.35, 20.2137],
    [10_572, 3, 64, 0, 68.4139],
    [10_572, 32, 64, 0.35, 66.8193],
    [10_572, 128, 64, 0.35, 46.144],
    [1000, 7, 5, 0.1, 8.9403],
  ])(
    '%i classes in %i dimensions, scale %f: where s is not small beside D',
    (classes, embeddingSize, scale, margin, wanted) => {
      // by Γ(D/2)·(2/s)^(D/2 − 1)·I(s), of order D/2 − 1, in scipy
      const got = expectedFirstLoss({ classes, embeddingSize, scale, margin })
      expect(got).toBeCloseTo(wanted, 3)
      expect(got).toBeLessThan(scale * margin + Math.log(classes) + scale)
    },
  )

  test('asks for what it needs, by name', () => {
    const setting = { classes: 8, scale: 16, margin: 0.2, embeddingSize: 2 }
    expect(() => expectedFirstLoss({ ...setting, scale: NaN })).toThrow(
      'Expected `scale` to be a number of at least 0, got NaN',
    )
    expect(() => expectedFirstLoss({ ...setting, classes: 0 })).toThrow(
      'Expected `classes` to be an integer of at least 1, got 0',
    )
    const misspelled = { ...setting, embedingSize: 3 }
    expect(() => expectedFirstLoss(misspelled)).toThrow(
      'Unknown option `embedingSize` for the first loss; did you mean `embeddingSize`?',
    )
  })

  test('uses the Bessel function in the plane', () => {
    expect(expectedFirstLoss({ classes: 8, scale: 10, margin: 0.1, embeddingSize: 2 })).toBeCloseTo(
      1 + Math.log(8) + Math.log(2815.716628466254),
      8,
    )
  })
})

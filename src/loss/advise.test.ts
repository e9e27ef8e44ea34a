import { describe, expect, test } from 'vitest'
import { advise, headMemory, scaleForFloor } from './advise.ts'
import { lossFloor } from './bounds.ts'
import { buildHead } from './build.ts'

describe('advice', () => {
  test("for the paper's set is the paper's choice", () => {
    const advice = advise({
      classes: 10_575,
      embeddingSize: 512,
      images: 490_000,
      batch: 512,
      secondsPerIteration: 2,
    })
    expect(advice.suggestion).toMatchObject({ scale: 64, margin: 0.35 })
    expect(advice.suggestion.expectedFirstLoss).toBeCloseTo(64 * 0.35 + Math.log(10_575) + 64 ** 2 / 1024, 9)
    expect(advice.suggestion.lossFloor).toBeLessThan(1e-10)
    expect(advice.optimistic).toBe(true)
    expect(advice.iterationsPerEpoch).toBe(957)
    expect(advice.secondsPerEpoch).toBe(1914)
    expect(advice.scaleBounds.map(({ scale }) => Number(scale.toFixed(2)))).toEqual([
      11.46, 13.86, 16.17, 18.47,
    ])
  })

  test("for the paper's toy keeps within the plane's bound", () => {
    const { suggestion, marginBound, optimistic } = advise({ classes: 8, embeddingSize: 2 })
    expect(marginBound.regime).toBe('plane')
    expect(suggestion.margin).toBe(0.2)
    expect(optimistic).toBe(true)
  })

  test('never suggests what building a head warns of', () => {
    for (const classes of [2, 3, 8, 40, 300, 5000]) {
      for (const embeddingSize of [1, 2, 3, 16, 512]) {
        const { scale, margin } = advise({ classes, embeddingSize, posterior: 0.9 }).suggestion
        const { warnings } = buildHead({ name: 'cosface', scale, margin }, { classes, embeddingSize })
        // too many directions for a line or a plane: no scale helps, and both say so
        if (scale < 1000) expect(warnings, `${classes} in ${embeddingSize}`).toEqual([])
        else expect(embeddingSize).toBeLessThanOrEqual(2)
      }
    }
  })

  test('refuses what cannot be', () => {
    expect(() => advise({ classes: 1 })).toThrow('Expected `classes` to be an integer of at least 2, got 1')
    expect(() => advise({ classes: 10, posterior: 1 })).toThrow(
      'Expected `posterior` to be a number in (0, 1), got 1',
    )
    expect(() => advise({ classes: 10, images: 0 })).toThrow(
      'Expected `images` to be an integer of at least 1, got 0',
    )
  })
})

test('the scale for a floor has that floor', () => {
  const setting = { classes: 10_572, margin: 0.35, embeddingSize: 512 }
  expect(lossFloor({ ...setting, scale: scaleForFloor(setting, 0.01) })).toBeCloseTo(0.01, 8)
  expect(scaleForFloor({ classes: 100, margin: 0.5, embeddingSize: 2 }, 0.01)).toBe(Number.POSITIVE_INFINITY)
})

test('the memory of the class head is three times the weights and twice the logits', () => {
  const { total, weights, logits } = headMemory(85_742, 512, 128)
  expect(weights).toBe(85_742 * 512 * 4)
  expect(total).toBe(3 * weights + logits)
  expect(logits).toBe(85_742 * 128 * 4 * 2)
})

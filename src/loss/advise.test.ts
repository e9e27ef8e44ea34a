import { describe, expect, test } from 'vitest'
import { advise, headMemory, scaleForFloor } from './advise.ts'
import { buildHead } from './build.ts'
import { lossFloor } from './floor.ts'

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
    // s²/(2D) = 4, and what the series takes off it
    expect(advice.suggestion.expectedFirstLoss).toBeCloseTo(64 * 0.35 + Math.log(10_575) + 3.9694, 3)
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
      for (const embeddingSize of [2, 3, 16, 512]) {
        const { scale, margin } = advise({ classes, embeddingSize, posterior: 0.9 }).suggestion
        const { warnings } = buildHead({ name: 'cosface', scale, margin }, { classes, embeddingSize })
        // too many directions for a plane or for space: no scale helps, and both say so
        if (scale < 1000) expect(warnings, `${classes} in ${embeddingSize}`).toEqual([])
        else expect(embeddingSize).toBeLessThanOrEqual(3)
      }
    }
  })

  test('in a crowd counts on neighbours and calls nothing needed that the bounds only ask for', () => {
    const { suggestion } = advise({ classes: 100, embeddingSize: 3 })
    expect(suggestion.margin).toBe(0.05)
    // ln(1 + e^(s(m − 0.0792))) = 0.01
    expect(suggestion.reasons[1]).toMatch(
      /^scale 237: half as much again as the bounds ask for; .* with margin 0\.05 needs at least 158$/,
    )
    expect(suggestion.lossFloor).toBeGreaterThan(9e-4)
    expect(advise({ classes: 100, embeddingSize: 128 }).suggestion.reasons[1]).toMatch(/again as needed/)
  })

  test('says that any scale will do where none is too small', () => {
    expect(advise({ classes: 2, posterior: 0.0001 }).suggestion.reasons[1]).toContain(
      'any scale reaches a posterior of 0.0001 (Eq 6)',
    )
  })

  test('refuses what cannot be', () => {
    expect(() => advise({ classes: 1000, embeddingSize: 1 })).toThrow(
      'Expected `embeddingSize` to be an integer of at least 2, got 1',
    )
    const misspelled = { classes: 100, embeding: 5 }
    expect(() => advise(misspelled)).toThrow(
      'Unknown option `embeding` for advise; did you mean `embeddingSize`?',
    )
    expect(() => Reflect.apply(advise, undefined, [])).toThrow(
      'Expected advise to be given an object with classes, embeddingSize,',
    )
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

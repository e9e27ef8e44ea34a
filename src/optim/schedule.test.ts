import { describe, expect, test } from 'vitest'
import { learningRateAt, type LearningRate } from './schedule.ts'

const run: LearningRate = {
  base: 0.1,
  schedule: { kind: 'multi-step', milestones: [16, 24, 28], factor: 0.1 },
  warmup: 0,
  iterations: 30,
}

describe('learning rate', () => {
  test('a milestone takes effect at its own iteration', () => {
    const rates = [0, 15, 16, 23, 24, 27, 28, 29].map((iteration) => learningRateAt(run, iteration))
    const expected = [0.1, 0.1, 0.01, 0.01, 0.001, 0.001, 0.0001, 0.0001]
    rates.forEach((rate, index) => expect(rate).toBeCloseTo(expected[index] ?? NaN, 12))
  })

  test('warm-up rises in equal steps and reaches the base', () => {
    const warm = { ...run, warmup: 4 }
    const expected = [0.025, 0.05, 0.075, 0.1, 0.1]
    expected.forEach((rate, iteration) => expect(learningRateAt(warm, iteration)).toBeCloseTo(rate, 12))
  })

  test('cosine ends near zero and is half in the middle', () => {
    const cosine: LearningRate = { ...run, schedule: { kind: 'cosine' } }
    expect(learningRateAt(cosine, 0)).toBe(0.1)
    expect(learningRateAt(cosine, 15)).toBeCloseTo(0.05, 12)
    expect(learningRateAt(cosine, 29)).toBeLessThan(0.0005)
  })

  test('polynomial falls by its power', () => {
    const polynomial: LearningRate = { ...run, schedule: { kind: 'polynomial', power: 2 } }
    expect(learningRateAt(polynomial, 15)).toBeCloseTo(0.025, 12)
  })

  test('the fall begins where the warm-up ends, and ends with the run', () => {
    const warm = { ...run, warmup: 10 }
    const cosine: LearningRate = { ...warm, schedule: { kind: 'cosine' } }
    const polynomial: LearningRate = { ...warm, schedule: { kind: 'polynomial', power: 1 } }
    for (const falling of [cosine, polynomial]) {
      expect(learningRateAt(falling, 9)).toBeCloseTo(0.1, 12)
      expect(learningRateAt(falling, 10)).toBeCloseTo(0.1, 12)
      // half of the twenty iterations that are left
      expect(learningRateAt(falling, 20)).toBeCloseTo(0.05, 12)
      expect(learningRateAt(falling, 30)).toBeCloseTo(0, 12)
    }
    expect(learningRateAt(polynomial, 25)).toBeCloseTo(0.025, 12)
    expect(learningRateAt(polynomial, 4)).toBeCloseTo(0.05, 12)
  })

  test('a run that is all warm-up still rises to the base', () => {
    const all: LearningRate = { ...run, warmup: 30, schedule: { kind: 'cosine' } }
    expect(learningRateAt(all, 0)).toBeCloseTo(0.1 / 30, 12)
    expect(learningRateAt(all, 29)).toBeCloseTo(0.1, 12)
  })
})

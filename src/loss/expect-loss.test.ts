import { describe, expect, test } from 'vitest'
import { logMeanExponential } from './directions.ts'
import { expectLoss, guessedLoss, rampedLoss } from './expect-loss.ts'

const size = { classes: 10_572, embeddingSize: 512 }
const spread = (scale: number): number => Math.log(10_572) + logMeanExponential(scale, 512)

describe('what the loss should be', () => {
  test('for CosFace as in the paper', () => {
    const got = expectLoss({ name: 'cosface', scale: 64, margin: 0.35 }, size)
    expect(got?.first).toBeCloseTo(64 * 0.35 + spread(64), 4)
    expect(got?.floor).toBeLessThan(1e-10)
    expect(expectLoss({ name: 'cosface', scale: 8, margin: 0.35 }, size)?.floor).toBeCloseTo(4.08, 2)
  })

  test('for an angle added: sin m at a right angle, 1 − cos m on the class direction', () => {
    const got = expectLoss({ name: 'arcface', scale: 30, options: { marginRadians: 0.5 } }, size)
    expect(got?.first).toBeCloseTo(30 * Math.sin(0.5) + spread(30), 4)
    expect(got?.floor).toBeCloseTo(10_571 * Math.exp(-30 * Math.cos(0.5) - 30 / 10_571), 10)
  })

  test('at the start of the ramps', () => {
    const options = { marginWarmup: 100, scaleWarmup: 100, scaleFrom: 10 }
    expect(expectLoss({ name: 'cosface', scale: 64, margin: 0.35, options }, size)?.first).toBeCloseTo(
      spread(10),
      6,
    )
  })

  test('normalised softmax has no margin, A-Softmax hardly any while λ is large', () => {
    expect(expectLoss({ name: 'nsl', scale: 64 }, size)?.first).toBeCloseTo(spread(64), 6)
    const annealed = expectLoss({ name: 'sphereface', scale: 64, options: { normaliseFeatures: true } }, size)
    expect(annealed?.first).toBeLessThan(spread(64) + 1)
  })

  test('is not said where it does not follow', () => {
    for (const name of [
      'softmax',
      'sphereface',
      'lsoftmax',
      'adacos',
      'magface',
      'center',
      'contrastive',
      'triplet',
    ])
      expect(expectLoss({ name }, size), name).toBeUndefined()
    expect(expectLoss({ name: 'cosface', options: { subcenters: 3 } }, size)).toBeUndefined()
    expect(expectLoss({ name: 'cosface', options: { labelSmoothing: 0.1 } }, size)).toBeUndefined()
  })
})

describe('a network that learns nothing', () => {
  const at = (ownCosine: number, iteration = 1e6) => ({ iteration, featureNorm: 5, ownCosine })

  test('guesses: s·m + ln C, the margin where the own cosine is', () => {
    const guessed = Math.log(size.classes)
    expect(guessedLoss({ name: 'cosface', scale: 64, margin: 0.35 }, size, at(0.2))).toBeCloseTo(
      guessed + 64 * 0.35,
      5,
    )
    expect(guessedLoss({ name: 'arcface', scale: 30 }, size, at(1))).toBeCloseTo(
      guessed + 30 * (1 - Math.cos(0.5)),
      4,
    )
    // embeddings that keep their length are as long as they are
    const unscaled = { name: 'cosface', margin: 0.2, options: { normaliseFeatures: false } }
    expect(guessedLoss(unscaled, size, at(0))).toBeCloseTo(guessed + 5 * 0.2, 5)
    for (const name of ['softmax', 'adacos', 'nsl'])
      expect(guessedLoss({ name }, size, at(0.1))).toBeCloseTo(guessed, 5)
  })

  test('has embeddings that are all the same where pairs are compared', () => {
    expect(guessedLoss({ name: 'triplet', options: { tripletMargin: 0.3 } }, size, at(1))).toBe(0.3)
    expect(guessedLoss({ name: 'contrastive' }, size, at(1))).toBe(0.5)
    expect(guessedLoss({ name: 'center' }, size, at(1))).toBeUndefined()
  })

  test('has more loss as the ramps go on, whatever the loss', () => {
    const since = { since: 0, featureNorm: 20 }
    const options = { marginWarmup: 100 }
    const margin = { name: 'cosface', scale: 64, margin: 0.35, options: { ...options, labelSmoothing: 0.1 } }
    expect(rampedLoss(margin, size, 50, since)).toBeCloseTo(32 * 0.35, 4)
    expect(rampedLoss({ name: 'adaface', scale: 64, options }, size, 100, since)).toBeCloseTo(64 * 0.4, 3)
    const scale = { name: 'nsl', scale: 64, options: { scaleWarmup: 100, scaleFrom: 16 } }
    expect(rampedLoss(scale, size, 100, since)).toBeCloseTo(spread(64) - spread(16), 6)
    expect(rampedLoss({ name: 'softmax' }, size, 100, since)).toBe(0)
    expect(rampedLoss({ name: 'triplet' }, size, 100, since)).toBe(0)
  })
})

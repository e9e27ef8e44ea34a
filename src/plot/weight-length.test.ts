import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compactRegionsPane, regionWidths } from './compact-regions.ts'
import { decide, type DecisionRule } from './sectors.ts'
import { boundaryDirection, weightLengthPane, wronglyDecided } from './weight-length.ts'

const softmax: DecisionRule = { normaliseWeights: false, own: (cosine) => cosine }
const nsl: DecisionRule = { normaliseWeights: true, own: (cosine) => cosine }
const lmcl = (margin: number): DecisionRule => ({ normaliseWeights: true, own: (cosine) => cosine - margin })

const angle = fc.double({ min: -3.1, max: 3.1, noNaN: true })
const length = fc.double({ min: 0.1, max: 4, noNaN: true })
const runs = { seed: 4, numRuns: 200 }

test('on softmax’s boundary ‖W_1‖cos θ_1 = ‖W_2‖cos θ_2, and the decision changes there', () => {
  fc.assert(
    fc.property(angle, angle, length, length, (one, two, first, second) => {
      fc.pre(Math.abs(Math.sin(one - two)) > 0.02)
      const lengths = [first, second] as const
      const at = boundaryDirection({ angles: [one, two], lengths, rule: softmax })
      expect(first * Math.cos(at - one)).toBeCloseTo(second * Math.cos(at - two), 9)
      const weights = [
        first * Math.cos(one),
        first * Math.sin(one),
        second * Math.cos(two),
        second * Math.sin(two),
      ]
      expect(decide(weights, softmax, at - 1e-6).winner).not.toBe(decide(weights, softmax, at + 1e-6).winner)
    }),
    runs,
  )
})

test('NSL’s boundary halves the angle whatever the lengths', () => {
  fc.assert(
    fc.property(angle, angle, length, length, (one, two, first, second) => {
      const at = boundaryDirection({ angles: [one, two], lengths: [first, second], rule: nsl })
      expect(Math.cos(at - one)).toBeCloseTo(Math.cos(at - two), 9)
    }),
    runs,
  )
})

const two = (rule: DecisionRule, first: number): Parameters<typeof weightLengthPane>[0] => ({
  title: 'x',
  rule,
  angles: [0, Math.PI / 2],
  lengths: [first, 1],
  // 40° and 60°
  features: [Math.cos(0.7), Math.sin(0.7), Math.cos(1.05), Math.sin(1.05)],
  labels: [0, 1],
})

test('a longer weight takes features of the other class under softmax alone', () => {
  expect(wronglyDecided(two(softmax, 1))).toEqual([])
  expect(wronglyDecided(two(softmax, 2.5))).toEqual([1])
  expect(wronglyDecided(two(nsl, 2.5))).toEqual([])
  expect(weightLengthPane(two(softmax, 2.5)).caption.description).toContain('1 of 2 decided wrongly')
  expect(weightLengthPane(two(softmax, 2)).caption.description).toContain('63° from W₁, 27° from W₂')
})

test('the tip of W_1 stands for its length', () => {
  const pane = weightLengthPane(two(softmax, 1.7))
  expect(pane.lengthAt(pane.tip)).toBeCloseTo(1.7, 9)
  expect(pane.markup).not.toMatch(/NaN|undefined|Infinity/)
})

test('LMCL leaves each class the directions with cos φ − cos(ω − φ) ≥ m, and NSL the half', () => {
  const omega = 1.6
  const { classes, margin } = regionWidths([0.3, 0.3 + omega], lmcl(0.35))
  expect(margin).toBeCloseTo(360 - (classes[0] ?? 0) - (classes[1] ?? 0), 9)
  // cos φ − cos(ω − φ) = 2 sin(ω/2) sin(ω/2 − φ): the demand ends m's arcsine before the middle, on both sides of the circle
  const lost = (Math.asin(0.35 / (2 * Math.sin(omega / 2))) * 180) / Math.PI
  for (const width of classes) expect(width).toBeCloseTo(180 - 2 * lost, 3)
  expect(regionWidths([0.3, 0.3 + omega], nsl).classes[0]).toBeCloseTo(180, 3)
  expect(regionWidths([0.3, 0.3 + omega], nsl).margin).toBeCloseTo(0, 3)
})

test('the tips of Fig 3 stand for the directions', () => {
  const pane = compactRegionsPane({
    title: 'LMCL',
    rule: lmcl(0.35),
    ownName: 'cos θ₁ − m',
    weights: [0.6, 2.2],
    feature: -1.2,
  })
  expect(pane.tips.map(pane.angleAt).map((found) => Number(found.toFixed(9)))).toEqual([0.6, 2.2, -1.2])
  expect(pane.markup).not.toMatch(/NaN|undefined|Infinity/)
})

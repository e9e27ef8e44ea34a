import { expect, test } from 'vitest'
import { decisionRule } from './decision-rule.ts'
import { contentFeatures, flippedShares, winnerOf, withNoise } from './noise.ts'

const nsl = contentFeatures(decisionRule({ name: 'nsl' }), 8, 40)
const lmcl = contentFeatures(decisionRule({ name: 'cosface', margin: 0.2 }), 8, 40)

const angleOf = (features: ArrayLike<number>, row: number): number =>
  Math.atan2(features[2 * row + 1] ?? 0, features[2 * row] ?? 0)

test('content features meet the demand of their loss, and fill it', () => {
  let least = Infinity
  for (let row = 0; row < lmcl.labels.length; row++) {
    const feature = [lmcl.features[2 * row] ?? 0, lmcl.features[2 * row + 1] ?? 0]
    const cosines = Array.from({ length: 8 }, (_, label) => {
      const weight = [lmcl.weights[2 * label] ?? 0, lmcl.weights[2 * label + 1] ?? 0]
      return (feature[0] ?? 0) * (weight[0] ?? 0) + (feature[1] ?? 0) * (weight[1] ?? 0)
    })
    const own = cosines[lmcl.labels[row] ?? 0] ?? 0
    const other = Math.max(...cosines.filter((_, label) => label !== lmcl.labels[row]))
    least = Math.min(least, own - 0.2 - other)
  }
  expect(least).toBeGreaterThan(0)
  expect(least).toBeLessThan(0.02)
})

test('no noise flips nothing, and a margin saves decisions from little noise', () => {
  expect(flippedShares(nsl, [0], 1)).toEqual([0])
  const [a = 0, b = 0] = [flippedShares(nsl, [6], 1)[0], flippedShares(lmcl, [6], 1)[0]]
  expect(a).toBeGreaterThan(0.05)
  expect(b).toBeLessThan(a / 4)
})

test('equal seeds draw equal noise for every set and strength; lengths are kept', () => {
  const [one, two] = [withNoise(nsl, 3, 5), withNoise(lmcl, 6, 5)]
  for (let row = 0; row < 40; row++) {
    const turn = (set: typeof nsl, noisy: typeof one): number => {
      const raw = angleOf(noisy.features, row) - angleOf(set.features, row)
      return Math.atan2(Math.sin(raw), Math.cos(raw))
    }
    expect(2 * Math.abs(turn(nsl, one))).toBeCloseTo(Math.abs(turn(lmcl, two)), 9)
    expect(Math.hypot(one.features[2 * row] ?? 0, one.features[2 * row + 1] ?? 0)).toBeCloseTo(1, 9)
  }
  expect(withNoise(nsl, 3, 6)).not.toEqual(one)
})

test('the angle’s spread is the strength that was asked for', () => {
  const many = contentFeatures(decisionRule({ name: 'nsl' }), 2, 2000)
  const { features } = withNoise(many, 8, 3)
  const squares = Array.from(many.labels, (_, row) => {
    const turn = angleOf(features, row) - angleOf(many.features, row)
    return ((Math.asin(Math.sin(turn)) * 180) / Math.PI) ** 2
  })
  const spread = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length)
  expect(spread).toBeGreaterThan(7.7)
  expect(spread).toBeLessThan(8.3)
})

test('three-dimensional features are decided by the same rule, by cosine or by inner product', () => {
  const weights = [1, 0, 0, 0, 3, 0]
  expect(winnerOf(weights, decisionRule({ name: 'nsl' }), [1, 0.5, 0])).toBe(0)
  expect(winnerOf(weights, decisionRule({ name: 'softmax' }), [1, 0.5, 0])).toBe(1)
  const set = { features: [1, 0.9, 0, 0, 1, 0], labels: [0, 1], weights, rule: decisionRule({ name: 'nsl' }) }
  expect(withNoise(set, 30, 1).features).toHaveLength(6)
})

test('a strength that cannot be is refused', () => {
  expect(() => withNoise(nsl, 91, 1)).toThrow('Expected `degrees` to be a number in [0, 90], got 91')
  expect(() => flippedShares(nsl, [-1], 1)).toThrow('degrees')
})

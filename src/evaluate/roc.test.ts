import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auc, eer, justAbove, roc, rocPoints } from './roc.ts'
import type { LabelledScore } from './roc.ts'
import { bestThreshold, operatingPoint } from './threshold.ts'

fc.configureGlobal({ seed: 1 })

const labelled = (same: readonly number[], different: readonly number[]): LabelledScore[] => [
  ...same.map((score) => ({ same: true, score })),
  ...different.map((score) => ({ same: false, score })),
]

// few distinct values, so that ties are the rule
const scores = fc.array(
  fc.integer({ min: -20, max: 20 }).map((n) => n / 20),
  { minLength: 1, maxLength: 30 },
)
const sets = fc.tuple(scores, scores).map(([same, different]) => labelled(same, different))

describe('roc', () => {
  it('counts acceptances at every distinct score', () => {
    const curve = roc(labelled([0.9, 0.5, 0.5], [0.5, 0.1]))
    expect([...curve.thresholds]).toEqual([0.9, 0.5, 0.1])
    expect([...curve.acceptedSame]).toEqual([1, 3, 3])
    expect([...curve.acceptedDifferent]).toEqual([0, 1, 2])
  })

  it.each([
    ['no pairs of one person', labelled([], [0.1])],
    ['no pairs of two people', labelled([0.1], [])],
    ['no pairs at all', []],
    ['a NaN', labelled([0.3, Number.NaN], [0.1])],
    ['an infinity', labelled([0.3], [Number.POSITIVE_INFINITY])],
  ])('refuses %s', (_, pairs) => {
    expect(() => roc(pairs)).toThrowError(/Expected pairs of|has the score/)
  })

  it('gives the share of rightly ordered pairs as AUC, ties counting half', () => {
    fc.assert(
      fc.property(scores, scores, (same, different) => {
        let won = 0
        for (const a of same) for (const b of different) won += a > b ? 1 : a === b ? 0.5 : 0
        expect(auc(roc(labelled(same, different)))).toBeCloseTo(won / same.length / different.length, 12)
      }),
    )
  })

  it('turns AUC over when the labels are', () => {
    fc.assert(
      fc.property(sets, (pairs) => {
        const turned = pairs.map(({ same, score }) => ({ same: !same, score }))
        expect(auc(roc(turned))).toBeCloseTo(1 - auc(roc(pairs)), 12)
      }),
    )
  })

  it('does not change under a growing transform of the scores', () => {
    fc.assert(
      fc.property(sets, (pairs) => {
        const moved = pairs.map(({ same, score }) => ({ same, score: Math.exp(3 * score) - 7 }))
        const [before, after] = [roc(pairs), roc(moved)]
        expect(auc(after)).toBe(auc(before))
        expect(eer(after)).toBe(eer(before))
        expect(bestThreshold(after).correct).toBe(bestThreshold(before).correct)
        expect(operatingPoint(after, 0.1).tar).toBe(operatingPoint(before, 0.1).tar)
      }),
    )
  })

  it('interpolates the equal error rate', () => {
    // FAR 0 → 1/2 while FRR stays 1/3: they meet at 1/3
    expect(eer(roc(labelled([0.9, 0.8, 0.1], [0.5, 0.05])))).toBeCloseTo(1 / 3, 12)
    expect(eer(roc(labelled([0.9], [0.1])))).toBe(0)
    expect(eer(roc(labelled([0.1], [0.9])))).toBe(1)
    expect(eer(roc(labelled([0.5, 0.5], [0.5])))).toBe(0.5)
  })
})

describe('bestThreshold', () => {
  it('takes the highest of equally good thresholds', () => {
    // 0.8 and 0.6 both decide three of four rightly
    expect(bestThreshold(roc(labelled([0.8, 0.6], [0.7, 0.1])))).toEqual({ threshold: 0.8, correct: 3 })
  })

  it('is no worse than any other threshold, and stricter than its equals', () => {
    fc.assert(
      fc.property(sets, (pairs) => {
        const { threshold, correct } = bestThreshold(roc(pairs))
        const decide = (at: number): number => pairs.filter(({ same, score }) => score >= at === same).length
        expect(decide(threshold)).toBe(correct)
        for (const { score } of pairs) {
          expect(decide(score)).toBeLessThanOrEqual(correct)
          if (score > threshold) expect(decide(score)).toBeLessThan(correct)
        }
      }),
    )
  })

  it('accepts nobody where that is best', () => {
    const { threshold, correct } = bestThreshold(roc(labelled([0.1], [0.5, 0.6, 0.7])))
    expect(correct).toBe(3)
    expect(threshold).toBe(justAbove(0.7))
  })
})

describe('operatingPoint', () => {
  it('never accepts more different pairs than asked', () => {
    fc.assert(
      fc.property(sets, fc.constantFrom(0.5, 0.2, 0.1, 0.01), (pairs, far) => {
        const point = operatingPoint(roc(pairs), far)
        const different = pairs.filter(({ same }) => !same)
        const same = pairs.filter((pair) => pair.same)
        const share = (of: LabelledScore[]): number =>
          of.filter(({ score }) => score >= point.threshold).length / of.length
        expect(share(different)).toBeLessThanOrEqual(far)
        expect(share(different)).toBe(point.far)
        expect(share(same)).toBe(point.tar)
      }),
    )
  })

  it('allows three of thirty at 0.1', () => {
    const different = Array.from({ length: 30 }, (_, i) => 0.3 + i / 100)
    expect(operatingPoint(roc(labelled([0.56], different)), 0.1).tar).toBe(0)
    expect(operatingPoint(roc(labelled([0.57], different)), 0.1).tar).toBe(1)
  })
})

describe('justAbove', () => {
  it.each([0, 1, -1, 0.3, -0.3, 1e-300])('is the next number after %s', (value) => {
    const next = justAbove(value)
    expect(next).toBeGreaterThan(value)
    const middle = value / 2 + next / 2
    expect(middle === value || middle === next).toBe(true)
  })
})

describe('rocPoints', () => {
  it('keeps the strict end in full and the lenient end', () => {
    const pairs = Array.from({ length: 20_000 }, (_, i) => ({ same: i % 2 === 0, score: i / 20_000 }))
    const points = rocPoints(roc(pairs), 200)
    expect(points.length).toBeLessThan(300)
    expect(points[1]?.far).toBe(1 / 10_000)
    expect(points.at(-1)).toMatchObject({ far: 1, tar: 1 })
  })
})

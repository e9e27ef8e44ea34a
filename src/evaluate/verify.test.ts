import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { fuse } from './features.ts'
import type { TemplateSet } from './features.ts'
import { randomPairs } from './random-pairs.ts'
import type { ScoredPair } from './result.ts'
import { thresholdFrom, verify, verifyScores } from './verify.ts'

fc.configureGlobal({ seed: 1 })

const people = Array.from({ length: 60 }, (_, person) => ({
  name: `p${person}`,
  images: Array.from({ length: 5 }, (__, i) => `p${person}/${i}`),
}))

// a centre per person, and noise: hard enough that nothing is perfect
const noisyTemplates = (seed: number): TemplateSet => {
  const size = 16
  const names = people.flatMap(({ images }) => images)
  const raw = Float32Array.from(
    names.flatMap((name) => {
      const centre = random(seed, 'centre', name.split('/')[0] ?? '')
      const noise = random(seed, 'noise', name)
      return Array.from({ length: size }, () => centre.normal() + 0.9 * noise.normal())
    }),
  )
  return { names, size, data: fuse(raw, undefined, size, 'none') }
}

const set = randomPairs(people, 1000, 7)
const templates = noisyTemplates(1)
const { result, scored } = verify(set, templates, { flip: 'none', model: 'abc' })

describe('verify', () => {
  it('reports everything a reader needs', () => {
    expect(result).toMatchObject({
      schema: 'cosface-evaluation/1',
      model: 'abc',
      seed: 7,
      pairs: { total: 1000, same: 500, different: 500, skipped: 0 },
      warnings: [],
    })
    expect(result.protocol).toBe(
      'pairs drawn at random, half of them of one person, in 10 folds that share no person, each judged with the ' +
        'threshold chosen on the others; the threshold is the most accurate one, among equals the highest; same ' +
        'person iff cosine ≥ threshold; features of the image alone, normalised; 95 % intervals over people',
    )
    expect(result.thresholds).toHaveLength(10)
    expect(result.accuracy).toBeGreaterThan(0.75)
    expect(result.accuracy).toBeLessThan(0.99)
    expect(result.accuracyInterval.low).toBeLessThan(result.accuracy)
    expect(result.accuracyInterval.high).toBeGreaterThan(result.accuracy)
    // S_E·3 is the population deviation, for ten folds
    expect(result.populationStd).toBeCloseTo(3 * (result.standardError ?? 0), 12)
  })

  it('says where the pairs cannot carry a FAR', () => {
    const [tenth, hundredth, thousandth] = result.tarAtFar
    expect(tenth?.interval?.low).toBeLessThan(tenth?.tar ?? 0)
    expect(tenth?.interval?.high).toBeGreaterThan(tenth?.tar ?? 1)
    expect(hundredth?.tar).toBeUndefined()
    expect(hundredth?.insufficient).toBe(
      'insufficient pairs: 500 pairs of different people leave 5 false accepts at this FAR; it takes 1,000 such pairs',
    )
    expect(thousandth?.insufficient).toContain(
      'leave 0.5 false accepts at this FAR; it takes 10,000 such pairs',
    )
  })

  it('judges a fold without looking at it', () => {
    // turning one fold upside down changes that fold, and the thresholds of all folds but its own
    const turned = scored.map((pair) => (pair.fold === 3 ? { ...pair, score: -pair.score } : pair))
    const other = verifyScores(turned, { folds: 'drawn', flip: 'none', replicates: 0 })
    expect(other.thresholds[3]).toBe(result.thresholds[3])
    expect(other.thresholds).not.toEqual(result.thresholds)
  })

  it('does not depend on the order of pairs, names or folds', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const stream = random(seed, 'test')
        const order = scored.map((pair) => ({ pair, at: stream.uniform() })).sort((a, b) => a.at - b.at)
        const renamed = order.map(({ pair }): ScoredPair => ({
          ...pair,
          a: `x${pair.a}`,
          identities: [`x${pair.identities?.[0]}`, `x${pair.identities?.[1]}`],
        }))
        const again = verifyScores(renamed, { folds: 'drawn', flip: 'none', replicates: 0 })
        const before = verifyScores(scored, { folds: 'drawn', flip: 'none', replicates: 0 })
        expect(again).toEqual(before)
      }),
      { numRuns: 5 },
    )
  })

  it('keeps accuracy, AUC, EER and TAR under a growing transform of the scores', () => {
    const moved = scored.map((pair) => ({ ...pair, score: pair.score ** 3 + pair.score }))
    const again = verifyScores(moved, { folds: 'drawn', flip: 'none', seed: 7 })
    expect(again).toMatchObject({ accuracy: result.accuracy, auc: result.auc, eer: result.eer })
    expect(again.tarAtFar.map(({ tar, interval }) => ({ tar, interval }))).toEqual(
      result.tarAtFar.map(({ tar, interval }) => ({ tar, interval })),
    )
  })

  it('takes a threshold from other pairs, and notices people it was chosen on', () => {
    const half = (even: boolean): ScoredPair[] => scored.filter(({ fold }) => (fold % 2 === 0) === even)
    const from = thresholdFrom(half(true), 'dev.txt')
    const fresh = verifyScores(half(false), { folds: 'drawn', flip: 'none', thresholdFrom: from })
    expect(fresh.warnings).toEqual([])
    expect(fresh.thresholds).toEqual([from.threshold])
    expect(fresh.protocol).toContain('all judged with the threshold chosen on dev.txt')
    const right = half(false).filter(({ same, score }) => score >= from.threshold === same).length
    expect(fresh.accuracy).toBeCloseTo(right / 500, 12)
    const number = { threshold: from.threshold, source: 'a number given', given: true }
    const told = verifyScores(half(false), { folds: 'drawn', flip: 'none', thresholdFrom: number })
    expect(fresh.protocol).toContain('the threshold is the most accurate one')
    expect(told.protocol).toContain('all judged with the threshold that was given')
    expect(told.protocol).not.toContain('most accurate')
    expect(told.accuracy).toBe(fresh.accuracy)
    const stale = verifyScores(scored, { folds: 'drawn', flip: 'none', thresholdFrom: from })
    expect(stale.warnings[0]).toMatch(
      /^\d+ people are both on these pairs and on those the threshold was chosen on/,
    )
  })

  it('warns of people in more than one fold, with and without their names', () => {
    const mixed = scored.map((pair, i) => ({ ...pair, fold: i % 10 }))
    const named = verifyScores(mixed, { folds: 'given', flip: 'none', replicates: 0 })
    expect(named.warnings).toEqual([
      '60 people appear in more than one fold: the threshold was chosen on pairs with people it is judged by',
    ])
    const unnamed = mixed.map(({ identities: _, ...pair }) => pair)
    expect(verifyScores(unnamed, { folds: 'given', flip: 'none', replicates: 0 }).warnings[0]).toMatch(
      /^\d+ people appear in more than one fold/,
    )
  })

  it('warns of a single fold and gives it no spread', () => {
    const single = verifyScores(
      scored.map((pair) => ({ ...pair, fold: 0 })),
      { folds: 'given', flip: 'none', replicates: 0, skipped: 3 },
    )
    expect(single).not.toHaveProperty('standardError')
    expect(single.warnings).toHaveLength(2)
  })

  it('gives no number without both kinds of pairs, or for a NaN', () => {
    const options = { folds: 'given', flip: 'none' } as const
    expect(() =>
      verifyScores(
        scored.filter(({ same }) => same),
        options,
      ),
    ).toThrowError('got 500 and 0')
    const broken = scored.map((pair, i) => (i === 4 ? { ...pair, score: Number.NaN } : pair))
    expect(() => verifyScores(broken, options)).toThrowError('Pair 5 has the score NaN')
    const sorted = scored.map((pair) => ({ ...pair, fold: pair.same ? 0 : 1 }))
    expect(() => verifyScores(sorted, options)).toThrowError('Without fold 1 only one kind of pairs is left')
    expect(() =>
      verify(set, { ...templates, names: templates.names.slice(1) }, { flip: 'none' }),
    ).toThrowError('There is no template of')
  })

  it('survives a perfect separation', () => {
    const perfect = verifyScores(
      scored.map((pair) => ({ ...pair, score: pair.same ? 0.9 : 0.1 })),
      { folds: 'drawn', flip: 'none' },
    )
    expect(perfect).toMatchObject({ accuracy: 1, standardError: 0, auc: 1, eer: 0, threshold: 0.9 })
    expect(perfect.accuracyInterval.high).toBe(1)
    expect(perfect.tarAtFar[0]).toMatchObject({ tar: 1, interval: { low: 1, high: 1 } })
  })
})

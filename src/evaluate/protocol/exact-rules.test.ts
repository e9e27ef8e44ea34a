/** @file Rules that hang on a single comparison: strictly or not, which of equals, at which index. */
import { describe, expect, it } from 'vitest'
import { random } from '../../base/random.ts'
import { judgeSearches, search } from './identify.ts'
import { closestTars } from './ijb.ts'
import { insightfaceProtocol } from './insightface.ts'
import { sortScores } from './sorted.ts'

describe('insightface', () => {
  // ten runs of 200 pairs of two people, one of them at 0.1005, and 20 of one person around where FAR 1e-3 lies on the others: 1.8 of
  // 1800 pairs, a fifth of the way from none below 0.100 to nine below 0.101
  it('takes VAL strictly below a threshold between two points of the grid', () => {
    const limit = (100 + 0.001 / (9 / 1800)) * 0.001
    const own = [
      ...Array<number>(4).fill(0.1001),
      ...Array<number>(4).fill(limit),
      ...Array<number>(12).fill(0.1003),
    ]
    const run = [...own, 0.1005, ...Array<number>(199).fill(2)]
    const runs = Array.from({ length: 10 }, () => run).flat()
    const kinds = runs.map((_, i) => i % run.length < own.length)
    const found = insightfaceProtocol(Float64Array.from(runs), kinds)
    expect(found.val).toBeCloseTo(4 / 20, 12)
    expect(found.valFar).toBe(0)
  })

  it('gives wider intervals where the same people are on many pairs', () => {
    const distances = Float64Array.from({ length: 400 }, (_, i) => (i % 7 === 0 ? 1.5 : 0.5) + (i % 2))
    const kinds = [...distances.keys()].map((i) => i % 2 === 0)
    const few = {
      first: Int32Array.from(kinds, (_, i) => i % 14),
      second: new Int32Array(400).fill(-1),
      words: 'people',
    }
    const width = ({ accuracyInterval: { low, high } }: ReturnType<typeof insightfaceProtocol>) => high - low
    const [apart, shared] = [
      insightfaceProtocol(distances, kinds),
      insightfaceProtocol(distances, kinds, 'sum', few),
    ]
    expect(shared.accuracy).toBe(apart.accuracy)
    expect(width(shared)).toBeGreaterThan(2 * width(apart))
    expect(apart.protocol).toContain('since nobody is named')
  })
})

describe('identification', () => {
  it('takes the best of several images of a person, not the last', () => {
    const twice = { data: Float32Array.of(1, 0, 0, 1, 0.8, 0.6), size: 2, subjects: Int32Array.of(1, 1, 2) }
    const probes = { data: Float32Array.of(1, 0, 1, 0), size: 2, subjects: Int32Array.of(1, 9) }
    const found = search(probes, twice)
    expect(found.mate[0]).toBeCloseTo(1, 6)
    expect(found.rank[0]).toBe(1)
    // and so of somebody who is not enrolled
    expect(found.nonMated[0]).toBeCloseTo(1, 6)
  })

  it('does not find a mate whom somebody else equals', () => {
    const count = 20
    const searches = {
      mate: Float64Array.of(0.9, 0.9),
      other: Float64Array.of(0.9, 0.8),
      rank: Int32Array.of(2, 1),
      nonMated: Float64Array.from({ length: count }, (_, i) => i / 100),
      subjects: Int32Array.of(1, 2),
      strangers: Int32Array.from({ length: count }, (_, i) => 3 + i),
    }
    const [open] = judgeSearches(searches, [1], [0.5]).open
    expect(open?.tpir).toBe(0.5)
    expect(open?.reference).toBe(0.5)
  })

  // eval_ijbc.py: sorted scores of non-mated searches, descending, at max(int(count · FPIR) − 1, 0); the mate must exceed it
  it.each([
    [0.5, 10],
    [0.55, 11],
    [0.59, 11],
    [1, 20],
  ])('exceeds the score at the index that public scripts take at FPIR %f', (fpir, place) => {
    const strangers = Float64Array.from({ length: 20 }, (_, i) => i / 100)
    const mates = Float64Array.from({ length: 20 }, (_, i) => i / 100)
    const searches = {
      mate: mates,
      other: mates.map(() => -1),
      rank: new Int32Array(20).fill(1),
      nonMated: strangers,
      subjects: Int32Array.from({ length: 20 }, (_, i) => i),
      strangers: Int32Array.from({ length: 20 }, (_, i) => 20 + i),
    }
    const [open] = judgeSearches(searches, [1], [fpir]).open
    // one mate equals the place-th highest stranger, and one less than that many exceed it
    expect(open?.reference).toBeCloseTo((place - 1) / 20, 12)
  })
})

describe('templates', () => {
  it('find the closest FAR as if scores were in double precision', () => {
    const stream = random(11, 'closest')
    let misled = 0
    for (let trial = 0; trial < 20; trial++) {
      // so close together that single precision leaves many of them equal to others
      const near = (): number => 0.5 + 1e-3 * stream.normal()
      const same = Float64Array.from({ length: 40 }, near)
      const different = Float64Array.from({ length: 4000 }, near)
      const exact = closestTars(sortScores(same.slice(), different.slice()), [0.01, 0.1])
      const rounded = sortScores(same.slice(), Float32Array.from(different))
      const found = closestTars(rounded, [0.01, 0.1])
      const asRead = closestTars(
        sortScores(Float64Array.from(rounded.same), Float64Array.from(rounded.different)),
        [0.01, 0.1],
      )
      if (asRead.some(({ tar }, i) => tar !== exact[i]?.tar)) misled++
      found.forEach(({ tar, reachedFar }, i) => {
        expect(tar).toBeCloseTo(exact[i]?.tar ?? NaN, 12)
        // a score may have come to lie on the other side of one of the same person
        expect(Math.abs(reachedFar - (exact[i]?.reachedFar ?? NaN))).toBeLessThan(0.003)
      })
    }
    expect(misled).toBeGreaterThan(5)
  })
})

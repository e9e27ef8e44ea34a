import { describe, expect, it } from 'vitest'
import { figuresOf } from './figures.ts'
import { groupResults } from './groups.ts'
import type { ScoredPair } from '../result.ts'

/** Pairs of one person and of two in turn, some of each judged wrongly at 0.5; each image is a person of its own. */
const many = (group: string, count: number, wrong: number): ScoredPair[] =>
  Array.from({ length: 2 * count }, (_, i) => ({
    a: `${group}/${i}a`,
    b: `${group}/${i}b`,
    same: i % 2 === 0,
    fold: 0,
    score: i < 2 * wrong === (i % 2 === 0) ? 0 : 1,
  }))

const groupOf = (image: string): string | undefined => image.split('/')[0]

describe('groups', () => {
  it('call a pair exactly at the threshold the same person', () => {
    const at = (score: number): ScoredPair[] => many('a', 60, 0).map((pair) => ({ ...pair, score }))
    const rates = (score: number) => {
      const [group] = groupResults(at(score), groupOf, 0.5).groups
      return [group?.fnmr?.value, group?.fmr?.value]
    }
    expect(rates(0.5)).toEqual([0, 1])
    expect(rates(0.4999)).toEqual([1, 0])
  })

  it('give intervals over people: many pairs of few say little', () => {
    const of = (people: number): ScoredPair[] =>
      Array.from({ length: 400 }, (_, i) => {
        const person = `p${i % people}`
        const score = i % people < people / 4 ? 0 : 1
        return {
          a: `a/${i}x`,
          b: `a/${i}y`,
          same: true,
          fold: 0,
          score,
          identities: [person, person] as const,
        }
      })
    const width = (people: number): number => {
      const interval = groupResults(of(people), groupOf, 0.5).groups[0]?.fnmr?.interval
      return (interval?.high ?? NaN) - (interval?.low ?? NaN)
    }
    expect(width(20)).toBeGreaterThan(3 * width(400))
  })

  it('of no pair are listed, and make no interval wider', () => {
    const scored = [...many('a', 200, 10), ...many('b', 200, 40)]
    const groups = ['none', 'b', 'a', ...Array.from({ length: 60 }, (_, i) => `empty ${i}`)]
    const [all, two] = [groupResults(scored, groupOf, 0.5, { groups }), groupResults(scored, groupOf, 0.5)]
    expect(all.groups.map(({ group }) => group)).toEqual(groups)
    expect(all.groups[0]).toEqual({
      group: 'none',
      same: 0,
      different: 0,
      people: 0,
      insufficient: 'no pair of its own',
    })
    expect(all.groups.slice(1, 3)).toEqual(two.groups.toReversed())
    expect(all.protocol).toBe(two.protocol)
  })

  it('without figures are folded into a sentence, with a hint where they are numbers', () => {
    const few = Array.from({ length: 66 }, (_, i) => many(String(i + 1), 3, 1)).flat()
    const bare = figuresOf(groupResults(few, groupOf, 0.5, { column: 'age' }))
    expect(bare.figures.every(({ folded }) => folded === true)).toBe(true)
    expect(bare.remarks).toEqual([
      '66 groups have too few pairs or people: 1, 10, 11, 12, 13, 14, 15, 16, 17, 18, and 56 more',
      'Most values of age are numbers: `--group-by age:17,34,50` puts them into ranges',
    ])
    const groups = ['big', 'small', 'none']
    const some = groupResults([...many('big', 60, 3), ...many('small', 2, 1)], groupOf, 0.5, { groups })
    expect(figuresOf(some).remarks).toEqual([
      '2 groups have too few pairs or people (1 no pair at all): small, none',
    ])
    expect(figuresOf(some).figures.filter(({ folded }) => folded !== true)).toHaveLength(2)
    const one = groupResults(many('small', 2, 1), groupOf, 0.5)
    expect(figuresOf(one).remarks?.[0]).toMatch(/^1 group has .*: small \(only 2 pairs of one person and/)
  })
})

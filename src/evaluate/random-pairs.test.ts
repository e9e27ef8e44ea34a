import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomPairs } from './random-pairs.ts'
import type { Identity } from './random-pairs.ts'

fc.configureGlobal({ seed: 1 })

const people = (counts: readonly number[]): Identity[] =>
  counts.map((count, person) => ({
    name: `p${person}`,
    images: Array.from({ length: count }, (_, i) => `p${person}/${i}.png`),
  }))

describe('randomPairs', () => {
  it('is half and half in ten folds that share no person, without a repeated pair', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 20, maxLength: 60 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (counts, seed, share) => {
          const identities = people(counts)
          let largest = 0
          try {
            randomPairs(identities, 2_000_000, seed)
          } catch (error) {
            largest = Number(/at most (\d+)/.exec(String(error))?.[1] ?? 0)
          }
          if (largest === 0) return // fewer than twenty with two images
          const count = Math.max(20, 2 * Math.floor((share * largest) / 2))
          const { pairs } = randomPairs(identities, count, seed)
          expect(pairs).toHaveLength(count)
          expect(pairs.filter(({ same }) => same)).toHaveLength(count / 2)
          const folds = new Map<string, number>()
          const seen = new Set<string>()
          for (const { a, b, same, fold, identities: owners } of pairs) {
            expect(a.split('/')[0]).toBe(owners?.[0])
            expect(b.split('/')[0]).toBe(owners?.[1])
            expect(a === b).toBe(false)
            expect(owners?.[0] === owners?.[1]).toBe(same)
            seen.add([a, b].sort().join(' '))
            for (const person of owners ?? []) {
              expect(folds.get(person) ?? fold).toBe(fold)
              folds.set(person, fold)
            }
          }
          expect(seen.size).toBe(count)
          expect(new Set(pairs.map(({ fold }) => fold)).size).toBe(10)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('depends on the seed alone, not on the order it is given', () => {
    const identities = people(Array.from({ length: 40 }, (_, i) => 2 + (i % 7)))
    const reversed = identities
      .toReversed()
      .map(({ name, images }) => ({ name, images: images.toReversed() }))
    expect(randomPairs(reversed, 100, 5)).toEqual(randomPairs(identities, 100, 5))
    expect(randomPairs(identities, 100, 6)).not.toEqual(randomPairs(identities, 100, 5))
  })

  it('gives what it calls possible, and no more', () => {
    const identities = people(Array.from({ length: 23 }, (_, i) => 2 + (i % 3)))
    const message = (count: number): string => {
      try {
        randomPairs(identities, count, 1)
        return 'given'
      } catch (error) {
        return String(error)
      }
    }
    const largest = Number(/at most (\d+)/.exec(message(100_000))?.[1])
    expect(message(largest)).toBe('given')
    expect(message(largest + 2)).toContain(`at most ${largest} are possible`)
  })

  it('asks for twenty people with two images', () => {
    const identities = people([...Array.from({ length: 19 }, () => 5), 1, 1, 1])
    expect(() => randomPairs(identities, 20, 1)).toThrowError(
      'at least 20 people with two or more images each',
    )
  })

  it.each([7, 0, -2, 18, 21, Number.NaN])('refuses %s pairs', (count) => {
    const identities = people(Array.from({ length: 20 }, () => 5))
    expect(() => randomPairs(identities, count, 1)).toThrowError('Expected `random-pairs`')
  })

  it('does not let a person with many images make up most pairs of one person', () => {
    const identities = people([200, ...Array.from({ length: 59 }, () => 6)])
    const { pairs } = randomPairs(identities, 600, 3)
    const ofFirst = pairs.filter(({ same, identities: owners }) => same && owners?.[0] === 'p0')
    expect(ofFirst.length).toBeLessThan(12)
  })
})

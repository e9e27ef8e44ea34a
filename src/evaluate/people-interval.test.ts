import { describe, expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { wilson } from './interval.ts'
import { numberPeople, peopleInterval } from './people-interval.ts'

const alone = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('intervals over people', () => {
  it('are Wilson’s where nobody is on two pairs', () => {
    const hits = alone(80).map((i) => (i < 60 ? 1 : 0))
    const { low, high } = wilson(60, 80)
    const found = peopleInterval({ hits, first: alone(80), second: alone(80).map((i) => 100 + i) })
    expect(found.low).toBeCloseTo(low, 12)
    expect(found.high).toBeCloseTo(high, 12)
  })

  it('count pairs that repeat each other once', () => {
    const hits = alone(80).map((i) => (i < 60 ? 1 : 0))
    const once = peopleInterval({ hits, first: alone(80) })
    const ten = peopleInterval({
      hits: hits.flatMap((hit) => Array<number>(10).fill(hit)),
      first: alone(80).flatMap((person) => Array<number>(10).fill(person)),
    })
    expect(ten.low).toBeCloseTo(once.low, 9)
    expect(ten.high).toBeCloseTo(once.high, 9)
  })

  it('count each person once where all are right', () => {
    const hits = Array<number>(600).fill(1)
    const found = peopleInterval({ hits, first: hits.map((_, i) => i % 20) })
    expect(found).toEqual(wilson(20, 20))
    expect(peopleInterval({ hits: hits.map(() => 0), first: hits.map((_, i) => i % 20) })).toEqual(
      wilson(0, 20),
    )
  })

  it('weigh units by their totals', () => {
    const found = peopleInterval({
      hits: [0.5, 0, 0.125, 0.125],
      totals: [0.5, 0.25, 0.125, 0.125],
      first: [0, 1, 2, 3],
    })
    expect((found.low + found.high) / 2).toBeLessThan(0.75)
    expect(found.high).toBeGreaterThan(0.75)
    expect(found.low).toBeLessThan(0.5)
  })

  // people differ: some are easy, some are not, on whatever pair they are
  it('cover the truth about 95 times of 100 where people share pairs, as pairs alone do not', () => {
    const stream = random(5, 'people')
    const [people, truth, trials] = [40, 0.5, 400]
    let [covered, byPairs] = [0, 0]
    for (let trial = 0; trial < trials; trial++) {
      const ease = Float64Array.from({ length: people }, () => stream.normal())
      const pairs = Array.from({ length: 600 }, () => {
        const first = stream.integer(people)
        const second = (first + 1 + stream.integer(people - 1)) % people
        return { first, second, hit: (ease[first] ?? 0) + (ease[second] ?? 0) + stream.normal() > 0 ? 1 : 0 }
      })
      const hits = pairs.map(({ hit }) => hit)
      const { low, high } = peopleInterval({
        hits,
        first: pairs.map(({ first }) => first),
        second: pairs.map(({ second }) => second),
      })
      if (low <= truth && truth <= high) covered++
      const naive = wilson(hits.filter((hit) => hit === 1).length, hits.length)
      if (naive.low <= truth && truth <= naive.high) byPairs++
    }
    expect(covered / trials).toBeGreaterThan(0.91)
    expect(covered / trials).toBeLessThan(0.99)
    expect(byPairs / trials).toBeLessThan(0.6)
  })
})

it('numbers people in the order in which they come', () => {
  const numberOf = numberPeople()
  expect(['b', 'a', 'b', 'c'].map(numberOf)).toEqual([0, 1, 0, 2])
})

/** @file People drawn with replacement, and the intervals that their draws give. */
import { type Random, random } from '../base/random.ts'
import { quantile } from '../tensor/statistics.ts'
import type { Interval } from './result.ts'

/** Draws as many people as there are; `drawn` then tells how often each was. */
export function drawPeople(drawn: Int32Array, stream: Random): void {
  drawn.fill(0)
  for (let i = 0; i < drawn.length; i++) {
    const person = stream.integer(drawn.length)
    drawn[person] = (drawn[person] ?? 0) + 1
  }
}

/** The middle 95 % of replicates, which are sorted in place. */
export function percentiles(replicates: Float64Array): Interval {
  replicates.sort()
  return { low: quantile(replicates, 0.025), high: quantile(replicates, 0.975) }
}

/** How people are drawn. */
export interface PeopleDraws {
  readonly seed: number
  /** The name of the stream: figures of one name see the same people. */
  readonly stream: string
  readonly replicates: number
}

/** What each person's pairs or searches came to, and of how many. */
export interface PeopleSums {
  readonly hits: Float64Array
  readonly totals: Float64Array
}

/** Sums over the units of each person. @param people whose each unit is, from 0; units of −1 are left out */
export function sumByPerson(
  people: ArrayLike<number>,
  count: number,
  hitOf: (unit: number) => number,
  totalOf: (unit: number) => number = () => 1,
): PeopleSums {
  const [hits, totals] = [new Float64Array(count), new Float64Array(count)]
  for (let unit = 0; unit < people.length; unit++) {
    const person = people[unit] ?? -1
    if (person < 0) continue
    hits[person] = (hits[person] ?? NaN) + hitOf(unit)
    totals[person] = (totals[person] ?? NaN) + totalOf(unit)
  }
  return { hits, totals }
}

/** The 95 % interval of Σ hits / Σ totals over people drawn with replacement; undefined with fewer than two, or no replicates. */
export function drawnInterval({ hits, totals }: PeopleSums, draws: PeopleDraws): Interval | undefined {
  const people = hits.length
  if (people < 2 || draws.replicates === 0) return undefined
  const stream = random(draws.seed, draws.stream)
  const shares = new Float64Array(draws.replicates)
  for (let replicate = 0; replicate < shares.length; replicate++) {
    let [hit, total] = [0, 0]
    for (let i = 0; i < people; i++) {
      const person = stream.integer(people)
      hit += hits[person] ?? NaN
      total += totals[person] ?? NaN
    }
    shares[replicate] = hit / total
  }
  return percentiles(shares)
}

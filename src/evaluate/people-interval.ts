/**
 * @file The 95 % interval of a share over people, where a person is on several pairs: pairs that share a person are not independent
 * evidence. The variance is that of dyadic data (Aronow, Samii and Assenova, Political Analysis 23, 2015), the interval Wilson's with as many
 * pairs as are worth that variance, which stays sensible near 0 and 1.
 */
import { wilson, z95 } from './interval.ts'
import type { Interval } from './result.ts'

/** Units (pairs, searches) that each came out right `hits` times of `totals`, and who is on them. */
export interface OwnedUnits {
  /** From 0 to the unit's total. */
  readonly hits: ArrayLike<number>
  /** @defaultValue 1 each */
  readonly totals?: ArrayLike<number>
  /** A person's number. */
  readonly first: ArrayLike<number>
  /** The other person's number for units of two people, else −1. @defaultValue −1 each */
  readonly second?: ArrayLike<number>
}

const add = <K>(sums: Map<K, number>, key: K, value: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + value)
}

/** Sums in another order end in other last digits, which the order of pairs must not show. */
const steady = (value: number): number => Number(value.toPrecision(12))

/** Numbers for people by their names, in the order in which they come. */
export function numberPeople(): (name: string) => number {
  const numbers = new Map<string, number>()
  return (name) => {
    const number = numbers.get(name) ?? numbers.size
    numbers.set(name, number)
    return number
  }
}

/**
 * The 95 % interval of Σ hits / Σ totals over people; never narrower than that of as many independent units. Where all units
 * are right, or all wrong, each person counts once.
 * @param z the normal quantile. @defaultValue 1.96
 * @throws RangeError without a unit
 */
export function peopleInterval({ hits, totals, first, second }: OwnedUnits, z: number = z95): Interval {
  const count = hits.length
  let [hit, total] = [0, 0]
  for (let i = 0; i < count; i++) {
    hit += hits[i] ?? NaN
    total += totals?.[i] ?? 1
  }
  const share = hit / total
  const ofPerson = new Map<number, number>()
  const ofTwo = new Map<number, Map<number, number>>()
  let independent = 0
  for (let i = 0; i < count; i++) {
    const residual = ((hits[i] ?? NaN) - share * (totals?.[i] ?? 1)) / total
    const [a, b] = [first[i] ?? NaN, second?.[i] ?? -1]
    independent += residual * residual
    add(ofPerson, a, residual)
    if (b < 0 || b === a) continue
    add(ofPerson, b, residual)
    const [low, high] = [Math.min(a, b), Math.max(a, b)]
    const partners = ofTwo.get(low) ?? new Map<number, number>()
    ofTwo.set(low, partners)
    add(partners, high, residual)
  }
  let variance = 0
  for (const sum of ofPerson.values()) variance += sum * sum
  // who shares both people was counted with each of them
  for (const partners of ofTwo.values()) for (const sum of partners.values()) variance -= sum * sum
  const worth = (of: number): number => (share * (1 - share)) / of
  const units = Math.min(count, ofPerson.size)
  const most = independent > 0 ? worth(independent) : units
  const least = variance > independent && variance > 0 ? worth(variance) : most
  const effective = steady(Math.max(1, Math.min(most, least)))
  return wilson(Math.min(1, steady(share)) * effective, effective, z)
}

/**
 * @file Results for groups of pairs (an age band, a camera), all at one threshold, with a guard: a small group's figures are not
 * given, and a group stands out only where its interval lies apart from that of everybody else.
 */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import { counted, withCommas } from '../../base/words.ts'
import { identitiesOf } from '../identities.ts'
import { wilson } from '../interval.ts'
import type { Interval, ScoredPair } from '../result.ts'

/** Fewer pairs of a kind than this say nothing about a group. */
export const groupMinimum = 50
/** Fewer people than this say nothing about a group, however many pairs they give. */
export const groupPeople = 10

export interface GroupRate {
  readonly value: number
  readonly interval: Interval
  /** Whether the interval, widened for the number of groups, lies apart from that of all other pairs. */
  readonly apart: boolean
}

export interface GroupResult {
  readonly group: string
  readonly same: number
  readonly different: number
  readonly people: number
  /** Share of pairs of one person below the threshold; absent where they are too few. */
  readonly fnmr?: GroupRate
  /** Share of pairs of two people at or above the threshold. */
  readonly fmr?: GroupRate
  readonly insufficient?: string
}

export interface GroupsResult {
  readonly schema: 'cosface-groups/1'
  readonly protocol: string
  /** What the groups are by: a column's name. */
  readonly column?: string
  readonly threshold: number
  readonly groups: readonly GroupResult[]
  /** Pairs whose two images belong to different groups, and pairs with an image of no group. */
  readonly mixed: number
  readonly without: number
  /** Images of the pairs that the table of groups does not name; absent where it names all of them. */
  readonly absent?: number
}

/** What is known of groups beside the pairs. */
export interface GroupsOptions {
  /** What the groups are by. */
  readonly column?: string
  /** Images of the pairs that the table of groups does not name. @defaultValue 0 */
  readonly absent?: number
}

/** The normal quantile of two-sided 95 % intervals that hold for `groups` groups together (Bonferroni), by bisection. */
export function widenedQuantile(groups: number): number {
  const target = 1 - 0.025 / Math.max(1, groups)
  let [low, high] = [0, 10]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (normalBelow(middle) < target) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The standard normal distribution function for z ≥ 0: a series that is exact to float64 for the z used here. */
function normalBelow(z: number): number {
  let term = z
  let sum = z
  for (let k = 1; k < 400 && Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    term *= (z * z) / (2 * k + 1)
    sum += term
  }
  return 0.5 + (sum * Math.exp(-(z * z) / 2)) / Math.sqrt(2 * Math.PI)
}

interface Tally {
  readonly wrong: number
  readonly count: number
}

const rate = (own: Tally, others: Tally, z: number): GroupRate => {
  const [mine, theirs] = [wilson(own.wrong, own.count, z), wilson(others.wrong, Math.max(1, others.count), z)]
  const apart = others.count > 0 && (mine.low > theirs.high || mine.high < theirs.low)
  return { value: own.wrong / own.count, interval: wilson(own.wrong, own.count), apart }
}

/**
 * Error rates by group at `threshold`; `groupOf` names an image's group. Only pairs within one group count for it.
 * @throws DataError where no pair lies within a group
 */
export function groupResults(
  scored: readonly ScoredPair[],
  groupOf: (image: string) => string | undefined,
  threshold: number,
  { column, absent = 0 }: GroupsOptions = {},
): GroupsResult {
  const byGroup = new Map<string, ScoredPair[]>()
  const peopleOf = new Map<string, Set<string>>()
  const owners = identitiesOf(scored)
  let [mixed, without] = [0, 0]
  for (const [i, pair] of scored.entries()) {
    const [a, b] = [groupOf(pair.a), groupOf(pair.b)]
    if (a === undefined || b === undefined) without++
    else if (a !== b) mixed++
    else {
      const known = byGroup.get(a)
      if (known === undefined) byGroup.set(a, [pair])
      else known.push(pair)
      const people = peopleOf.get(a) ?? new Set()
      for (const person of owners[i] ?? []) people.add(person)
      peopleOf.set(a, people)
    }
  }
  if (byGroup.size === 0)
    throw new DataError(
      `No pair has both its images in one group${column === undefined ? '' : ` by ${column}`}: ${counted(mixed, 'pair')} of two groups, ${withCommas(without)} with an image of none`,
    )
  const wrongOf = (pairs: readonly ScoredPair[], same: boolean): Tally => {
    const kind = pairs.filter((pair) => pair.same === same)
    return { wrong: kind.filter(({ score }) => score >= threshold !== same).length, count: kind.length }
  }
  const names = [...byGroup.keys()].sort(byCodePoint)
  const z = widenedQuantile(names.length)
  const groups = names.map((group): GroupResult => {
    const own = byGroup.get(group) ?? []
    const others = names.flatMap((name) => (name === group ? [] : (byGroup.get(name) ?? [])))
    const [missed, matched] = [wrongOf(own, true), wrongOf(own, false)]
    const people = peopleOf.get(group)?.size ?? 0
    const few = [
      missed.count < groupMinimum ? `${counted(missed.count, 'pair')} of one person` : '',
      matched.count < groupMinimum ? `${counted(matched.count, 'pair')} of two people` : '',
      people < groupPeople ? counted(people, 'person', 'people') : '',
    ].filter((text) => text !== '')
    const carries = (tally: Tally): boolean => tally.count >= groupMinimum && people >= groupPeople
    return {
      group,
      same: missed.count,
      different: matched.count,
      people,
      ...(carries(missed) ? { fnmr: rate(missed, wrongOf(others, true), z) } : {}),
      ...(carries(matched) ? { fmr: rate(matched, wrongOf(others, false), z) } : {}),
      ...(few.length === 0
        ? {}
        : {
            insufficient: `only ${few.join(' and ')}; it takes ${groupMinimum} pairs of a kind and ${groupPeople} people for a figure`,
          }),
    }
  })
  return {
    schema: 'cosface-groups/1',
    protocol:
      `all groups at one threshold; pairs within a group; 95 % Wilson intervals; a group stands apart where intervals at 95 % for ` +
      `${names.length} groups together do not overlap with that of all others; figures need ${groupMinimum} pairs of their kind and ${groupPeople} people`,
    ...given({ column }),
    threshold,
    groups,
    mixed,
    without,
    ...given({ absent: absent === 0 ? undefined : absent }),
  }
}

/**
 * @file Results for groups of pairs (an age band, a camera), all at one threshold, with a guard: a small group's figures are not
 * given, and a group stands out only where its interval lies apart from that of everybody else.
 */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import { counted, withCommas } from '../../base/words.ts'
import { peopleOf } from '../identities.ts'
import { peopleInterval } from '../people-interval.ts'
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
  /** All groups there are, in order, also those of no pair. @defaultValue those of the pairs, by name */
  readonly groups?: readonly string[]
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

/** A pair of a group, and who is on it. */
interface GroupPair extends ScoredPair {
  readonly first: number
  readonly second: number
}

/** Pairs of one kind, whether each was decided wrongly, and who is on it. */
interface Tally {
  readonly wrong: number
  readonly count: number
  readonly interval: (z?: number) => Interval
}

const tallyOf = (pairs: readonly GroupPair[], same: boolean, threshold: number): Tally => {
  const kind = pairs.filter((pair) => pair.same === same)
  const hits = kind.map(({ score }) => (score >= threshold === same ? 0 : 1))
  const units = { hits, first: kind.map(({ first }) => first), second: kind.map(({ second }) => second) }
  const wrong = hits.reduce((sum: number, hit) => sum + hit, 0)
  return { wrong, count: kind.length, interval: (z) => peopleInterval(units, z) }
}

const rate = (own: Tally, others: Tally, z: number): GroupRate => {
  const isApart = (): boolean => {
    const [mine, theirs] = [own.interval(z), others.interval(z)]
    return mine.low > theirs.high || mine.high < theirs.low
  }
  return { value: own.wrong / own.count, interval: own.interval(), apart: others.count > 0 && isApart() }
}

const carries = ({ count }: Tally, people: number): boolean => count >= groupMinimum && people >= groupPeople

/** Why a group lacks figures; undefined where it has both. */
const shortage = (same: number, different: number, people: number): string | undefined => {
  if (same + different === 0) return 'no pair of its own'
  const few = [
    same < groupMinimum ? `${counted(same, 'pair')} of one person` : '',
    different < groupMinimum ? `${counted(different, 'pair')} of two people` : '',
    people < groupPeople ? counted(people, 'person', 'people') : '',
  ].filter((text) => text !== '')
  if (few.length === 0) return undefined
  return `only ${few.join(' and ')}; it takes ${groupMinimum} pairs of a kind and ${groupPeople} people for a figure`
}

const protocolOf = (compared: number, intervals: string): string =>
  [
    `all groups at one threshold; pairs within a group; ${intervals}`,
    compared === 0
      ? ''
      : `a group stands apart where intervals at 95 % for ${compared === 1 ? 'one group' : `${compared} groups together`} do not overlap with that of all others`,
    `figures need ${groupMinimum} pairs of their kind and ${groupPeople} people`,
  ]
    .filter((part) => part !== '')
    .join('; ')

/**
 * Error rates by group at `threshold`; `groupOf` names an image's group. Only pairs within one group count for it.
 * @throws DataError where no pair lies within a group
 */
export function groupResults(
  scored: readonly ScoredPair[],
  groupOf: (image: string) => string | undefined,
  threshold: number,
  { column, groups: known, absent = 0 }: GroupsOptions = {},
): GroupsResult {
  const owners = peopleOf(scored)
  const pairsOf = new Map<string, GroupPair[]>()
  const peopleIn = new Map<string, Set<number>>()
  let [mixed, without] = [0, 0]
  for (const [i, pair] of scored.entries()) {
    const [a, b] = [groupOf(pair.a), groupOf(pair.b)]
    if (a === undefined || b === undefined) without++
    else if (a !== b) mixed++
    else {
      const [pairs, people] = [pairsOf.get(a) ?? [], peopleIn.get(a) ?? new Set<number>()]
      const [first, second] = [owners.first[i] ?? NaN, owners.second[i] ?? -1]
      pairs.push({ ...pair, first, second })
      people.add(first)
      if (second >= 0) people.add(second)
      pairsOf.set(a, pairs)
      peopleIn.set(a, people)
    }
  }
  if (pairsOf.size === 0)
    throw new DataError(
      `No pair has both its images in one group${column === undefined ? '' : ` by ${column}`}: ${counted(mixed, 'pair')} of two groups, ${withCommas(without)} with an image of none`,
    )
  const names = known ?? [...pairsOf.keys()].sort(byCodePoint)
  const own = names.map((group) => {
    const pairs = pairsOf.get(group) ?? []
    const people = peopleIn.get(group)?.size ?? 0
    return {
      group,
      pairs,
      people,
      missed: tallyOf(pairs, true, threshold),
      matched: tallyOf(pairs, false, threshold),
    }
  })
  // groups without a figure are not compared, so intervals need not be wider for them
  const compared = own.filter((one) => [one.missed, one.matched].some((tally) => carries(tally, one.people)))
  const z = widenedQuantile(compared.length)
  const rateOf = (of: 'missed' | 'matched', one: (typeof own)[number]): GroupRate | undefined => {
    if (!carries(one[of], one.people)) return undefined
    const others = own.filter((other) => other !== one).flatMap(({ pairs }) => pairs)
    return rate(one[of], tallyOf(others, of === 'missed', threshold), z)
  }
  return {
    schema: 'cosface-groups/1',
    protocol: protocolOf(compared.length, owners.words),
    ...given({ column }),
    threshold,
    groups: own.map((one): GroupResult => ({
      group: one.group,
      same: one.missed.count,
      different: one.matched.count,
      people: one.people,
      ...given({
        fnmr: rateOf('missed', one),
        fmr: rateOf('matched', one),
        insufficient: shortage(one.missed.count, one.matched.count, one.people),
      }),
    })),
    mixed,
    without,
    ...given({ absent: absent === 0 ? undefined : absent }),
  }
}

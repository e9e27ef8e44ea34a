/** @file Who is on the pairs: as the list says, else as the pairs of one person imply. */
import type { Pair } from './pair.ts'
import { numberPeople } from './people-interval.ts'

/**
 * The people on each pair. Where any pair does not name them, images joined by pairs of one person are taken as one
 * person, and any other image as a person of its own.
 */
export function identitiesOf(pairs: readonly Pair[]): readonly (readonly [string, string])[] {
  const named = pairs.flatMap(({ identities }) => (identities === undefined ? [] : [identities]))
  if (named.length === pairs.length) return named
  const parents = new Map<string, string>()
  const rootOf = (image: string): string => {
    let root = image
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent
    // shorten the way for the next visit
    for (let at = image; at !== root;) {
      const next = parents.get(at) ?? root
      parents.set(at, root)
      at = next
    }
    return root
  }
  for (const { a, b, same } of pairs) {
    const [rootA, rootB] = [rootOf(a), rootOf(b)]
    if (same && rootA !== rootB) parents.set(rootB, rootA)
  }
  return pairs.map(({ a, b }) => [rootOf(a), rootOf(b)])
}

/** Whether the list itself names who is on every pair. */
export function namesPeople(pairs: readonly Pick<Pair, 'identities'>[]): boolean {
  return pairs.every(({ identities }) => identities !== undefined)
}

/** Who is on each pair, as numbers from 0; the second is −1 where a pair is of one person. */
export interface PeopleOfPairs {
  readonly first: Int32Array
  readonly second: Int32Array
  /** What intervals over them rest on, in words. */
  readonly words: string
}

/** Each pair a person of its own, where nobody says who is on it. */
export function pairsApart(count: number): PeopleOfPairs {
  return {
    first: Int32Array.from({ length: count }, (_, i) => i),
    second: new Int32Array(count).fill(-1),
    words: '95 % intervals that take each pair as of people of its own, since nobody is named',
  }
}

/** The people on each pair by number. */
export function peopleOf(pairs: readonly Pair[]): PeopleOfPairs {
  const numberOf = numberPeople()
  const people = identitiesOf(pairs).map(([a, b]) => [numberOf(a), numberOf(b)] as const)
  return {
    first: Int32Array.from(people, ([a]) => a),
    second: Int32Array.from(people, ([, b], i) => (pairs[i]?.same === true ? -1 : b)),
    words: namesPeople(pairs)
      ? '95 % intervals over people'
      : '95 % intervals over people, who are not named: images joined by pairs of one person are taken as one person, any other as a person of its own',
  }
}

/** How many people appear in more than one fold. */
export function sharedBetweenFolds(pairs: readonly Pair[]): number {
  const folds = new Map<string, number>()
  const shared = new Set<string>()
  identitiesOf(pairs).forEach((people, i) => {
    const fold = pairs[i]?.fold ?? 0
    for (const person of people) {
      if ((folds.get(person) ?? fold) !== fold) shared.add(person)
      folds.set(person, fold)
    }
  })
  return shared.size
}

/** How many of `others` are on the pairs. */
export function sharedBetween(pairs: readonly Pair[], others: ReadonlySet<string>): number {
  const people = new Set(identitiesOf(pairs).flat())
  return [...people].filter((person) => others.has(person)).length
}

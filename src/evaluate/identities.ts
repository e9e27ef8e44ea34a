/** @file Who is on the pairs: as the list says, else as the pairs of one person imply. */
import type { Pair } from './pair.ts'

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

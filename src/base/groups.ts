/** @file Things put together by what they share; keys come in the order in which they first occur. */

/** The items of each key. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T, place: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  let place = 0
  for (const item of items) put(groups, keyOf(item, place++), item)
  return groups
}

/** The places at which each key stands. */
export function placesOf<K>(keys: ArrayLike<K>): Map<K, number[]> {
  const groups = new Map<K, number[]>()
  for (const [place, key] of Array.from(keys).entries()) put(groups, key, place)
  return groups
}

const put = <T, K>(groups: Map<K, T[]>, key: K, item: T): void => {
  const members = groups.get(key)
  if (members === undefined) groups.set(key, [item])
  else members.push(item)
}

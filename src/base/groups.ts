/** @file Things put together by what they share; keys come in the order in which they first occur. */

/** The items of each key. */
export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T, place: number) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  let place = 0
  for (const item of items) {
    const key = keyOf(item, place++)
    const members = groups.get(key)
    if (members === undefined) groups.set(key, [item])
    else members.push(item)
  }
  return groups
}

/** The places at which each key stands. */
export function placesOf<K>(keys: ArrayLike<K>): Map<K, number[]> {
  return groupBy(
    Array.from({ length: keys.length }, (_, place) => place),
    (place) => keys[place]!,
  )
}

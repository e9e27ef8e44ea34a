/** @file Finding the images of a list of pairs in a folder. */
import { given } from '../../base/given.ts'
import type { PairSet } from '../../evaluate/pair.ts'
import type { PairList } from '../../evaluate/pairs.ts'
import { resolvePairsBy } from '../../evaluate/resolve-pairs.ts'
import type { ResolveOptions } from '../../evaluate/resolve-pairs.ts'
import { findListedImages } from './listed-images.ts'

/** Pairs, and what was left out while looking for their images, in words. */
export interface FoundPairs {
  readonly set: PairSet
  readonly notes: readonly string[]
}

/** The pairs of `list` whose images are in `folder`. @throws DataError as `resolvePairsBy` and `findListedImages` */
export async function findPairImages(
  list: PairList,
  folder: string,
  options: ResolveOptions = {},
): Promise<FoundPairs> {
  const names = list.pairs.flatMap(({ a, b }) => [a, b])
  const { found, missing, instead, notes } = await findListedImages(list.file, folder, names)
  const lookup = { find: (name: string) => found.get(name), instead: () => instead }
  const set = resolvePairsBy(list, lookup, given(options))
  // other files matter where an image may be among them
  return { set, notes: missing.length > 0 ? notes : [] }
}

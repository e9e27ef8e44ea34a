/** @file Finding a list's images among the files of a folder. */
import { DataError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { firstFive } from '../base/words.ts'
import { pathFinder, whatIsThere } from '../data/lists/listed-path.ts'
import type { Pair, PairSet } from './pair.ts'
import type { PairList } from './pairs.ts'

export interface ResolveOptions {
  /** Leave out pairs whose images are missing, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  /** What to do about missing images, for the message. */
  readonly remedy?: string
  /** What the paths are in, for the message. */
  readonly place?: string
}

/** How names of a list are found. */
export interface NameLookup {
  readonly find: (name: string) => string | undefined
  /** What is there instead of names that were not found, in words. */
  readonly instead: (name: string) => string
}

/**
 * Finds every pair's images among `paths` (relative to the image folder, `/` between folders) as `pathFinder` does.
 * @throws DataError with the count, the first five and what is there where images are missing, or where none is left
 */
export function resolvePairs(list: PairList, paths: Iterable<string>, options: ResolveOptions = {}): PairSet {
  const all = [...paths]
  return resolvePairsBy(
    list,
    {
      find: pathFinder(all, { file: list.file }),
      instead: (name) => whatIsThere(name, all, options.place ?? 'the set'),
    },
    options,
  )
}

/** The same by any way of finding images. @throws DataError as `resolvePairs` */
export function resolvePairsBy(
  list: PairList,
  { find, instead }: NameLookup,
  options: ResolveOptions = {},
): PairSet {
  const missing = new Set<string>()
  const pairs: Pair[] = []
  for (const pair of list.pairs) {
    const a = find(pair.a)
    const b = find(pair.b)
    if (a === undefined) missing.add(pair.a)
    if (b === undefined) missing.add(pair.b)
    if (a === undefined || b === undefined) continue
    const { same, fold, identities } = pair
    pairs.push({ a, b, same, fold, ...given({ identities }) })
  }
  const [first] = missing
  if (first !== undefined && options.skipMissing !== true)
    throw new DataError(
      `${list.file} names ${missing.size === 1 ? 'an image that is' : `${missing.size} images that are`} not there: ` +
        `${firstFive([...missing])} (${instead(first)}). ` +
        (options.remedy ?? 'Give the folder that holds them, or leave such pairs out with --skip-missing'),
    )
  if (pairs.length === 0)
    throw new DataError(
      `${list.file}: none of its images is there${first === undefined ? '' : ` (${instead(first)})`}`,
    )
  return { pairs, folds: list.folds, skipped: list.pairs.length - pairs.length }
}

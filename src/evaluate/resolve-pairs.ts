/** @file Finding a list's images among the files of a folder. */
import { DataError } from '../base/errors.ts'
import { given } from '../base/given.ts'
import { groupBy } from '../base/groups.ts'
import type { Pair, PairSet } from './pair.ts'
import type { PairList } from './pairs.ts'

const withoutExtension = (path: string): string => path.replace(/\.[A-Za-z0-9]+$/, '')

/** A function from a name in a list to a path; undefined where there is no such image. */
export function nameResolver(paths: Iterable<string>): (name: string) => string | undefined {
  const exact = new Set(paths)
  const stems = groupBy(exact, withoutExtension)
  return (name) => {
    if (exact.has(name)) return name
    const found = stems.get(name)
    if (found !== undefined && found.length > 1) {
      throw new DataError(`${name} could be any of ${found.join(', ')}; keep one of them`)
    }
    return found?.[0]
  }
}

export interface ResolveOptions {
  /** Leave out pairs whose images are missing, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  /** What to do about missing images, for the message. */
  readonly remedy?: string
}

/**
 * Finds every pair's images among `paths` (relative to the image folder, `/` between folders); LFW's names fit any
 * extension.
 * @throws DataError with the count and the first five where images are missing, or where none is left
 */
export function resolvePairs(list: PairList, paths: Iterable<string>, options: ResolveOptions = {}): PairSet {
  const find = nameResolver(paths)
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
  if (missing.size > 0 && options.skipMissing !== true) {
    const first = [...missing].slice(0, 5).join(', ')
    throw new DataError(
      `${list.file} names ${missing.size === 1 ? 'an image that is' : `${missing.size} images that are`} not there: ` +
        `${first}${missing.size > 5 ? ', …' : ''}. ` +
        (options.remedy ?? 'Give the folder that holds them, or leave such pairs out with --skip-missing'),
    )
  }
  if (pairs.length === 0) throw new DataError(`${list.file}: none of its images is there`)
  return { pairs, folds: list.folds, skipped: list.pairs.length - pairs.length }
}

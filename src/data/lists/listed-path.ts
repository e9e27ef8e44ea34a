/**
 * @file How a path in a list is understood, the same for every list: with `/` or `\`, absolute, with the folder's own name in front,
 * with another ending or none, in composed or decomposed Unicode; never one that leaves the folder.
 */
import { DataError, shown } from '../../base/errors.ts'
import { groupBy } from '../../base/groups.ts'
import { folderOf, nearest } from '../../base/names.ts'
import { counted, firstFive } from '../../base/words.ts'
import { imageEndings } from '../../image/header.ts'

/** A path with `/` between folders, without `.`, doubled slashes and the `..` that can be resolved. */
export function plainPath(text: string): string {
  const slashed = text.replaceAll('\\', '/')
  const parts: string[] = []
  for (const part of slashed.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return `${slashed.startsWith('/') ? '/' : ''}${parts.join('/')}`
}

const isAbsolute = (path: string): boolean => path.startsWith('/') || /^[A-Za-z]:/.test(path)

/** Endings of images, also of those that are not read: a list may be of the originals. */
const endings: ReadonlySet<string> = new Set([
  ...imageEndings,
  ...['.bmp', '.ppm', '.pgm', '.pnm', '.jp2', '.heic', '.heif'],
])

const endingOf = (path: string): string => /\.[A-Za-z0-9]{1,5}$/.exec(path)?.[0] ?? ''

/** A path without its ending, where that is one of an image. */
const withoutImageEnding = (path: string): string => {
  const ending = endingOf(path)
  return endings.has(ending.toLowerCase()) ? path.slice(0, path.length - ending.length) : path
}

const stemOf = (path: string): string => path.slice(0, path.length - endingOf(path).length)

/** Spellings of one name look alike and compare equal. */
const composed = (path: string): string => path.normalize('NFC')

export interface PathFinderOptions {
  /** The list, for messages. */
  readonly file?: string
  /** The folder that `paths` are relative to, absolute: its name may stand in front of a listed one. */
  readonly folder?: string
}

/** The listed path, then what it is below the folder, and what was taken off in front. */
function* readings(
  name: string,
  folder: readonly string[],
): Generator<{ readonly path: string; readonly without: string }> {
  if (!isAbsolute(name)) yield { path: name, without: '' }
  const parts = name.split('/').filter((part) => part !== '')
  if (isAbsolute(name)) {
    // written on another machine, perhaps: its end is what counts
    for (let at = 0; at < parts.length; at++)
      yield { path: parts.slice(at).join('/'), without: parts.slice(0, at).join('/') }
    return
  }
  for (let count = 1; count < parts.length && count <= folder.length; count++) {
    const front = parts.slice(0, count)
    if (front.every((part, i) => composed(part) === composed(folder[folder.length - count + i] ?? '')))
      yield { path: parts.slice(count).join('/'), without: '' }
  }
}

/** A path as it is, or of an equal spelling, or with another ending. @throws DataError where several fit */
const lookup = (paths: Iterable<string>): ((path: string) => string | undefined) => {
  const exact = new Set(paths)
  let byName: Map<string, string[]> | undefined
  let byStem: Map<string, string[]> | undefined
  return (path) => {
    if (exact.has(path)) return path
    byName ??= groupBy(exact, composed)
    const same = byName.get(composed(path))
    byStem ??= groupBy(exact, (each) => composed(stemOf(each)))
    const found = same ?? byStem.get(composed(path)) ?? byStem.get(composed(withoutImageEnding(path)))
    if (found !== undefined && found.length > 1)
      throw new DataError(`${path} could be any of ${found.join(', ')}; keep one of them`)
    return found?.[0]
  }
}

/** Refuses a listed path that leads out of the folder. @throws DataError */
export function checkInside(name: string, file = 'The list'): string {
  const path = plainPath(name)
  if (path.replace(/^\//, '').split('/')[0] === '..')
    throw new DataError(
      `${file} names ${shown(name)}, which leads out of the folder that its paths count from`,
    )
  return path
}

/**
 * A function from a name in a list to one of `paths` (relative, with `/`); undefined where there is no such path.
 * @throws DataError (the function) where a name leaves the folder, fits several paths, or two different ones come out as one
 */
export function pathFinder(
  paths: Iterable<string>,
  { file, folder = '' }: PathFinderOptions = {},
): (name: string) => string | undefined {
  const find = lookup(paths)
  const above = plainPath(folder)
    .split('/')
    .filter((part) => part !== '')
  const taken = new Map<string, string>()
  return (name) => {
    const plain = checkInside(name, file)
    for (const { path, without } of readings(plain, above)) {
      const found = find(path)
      if (found === undefined) continue
      const before = taken.get(found)
      if (before !== undefined && without !== '' && before !== without)
        throw new DataError(
          `${file ?? 'The list'} names images in ${shown(before)} and in ${shown(without)} that would both be ${found}; ` +
            'give the folder that its paths count from',
        )
      if (without !== '') taken.set(found, without)
      return found
    }
    return undefined
  }
}

/** What is there instead of a name that was not found, in words; empty where there is nothing. */
export function whatIsThere(name: string, paths: readonly string[], place: string): string {
  if (paths.length === 0) return `${place} holds no images`
  const folder = folderOf(plainPath(name))
  const beside = paths.filter((path) => folderOf(path) === folder)
  if (beside.length > 0 && folder !== '')
    return `${folder} holds ${firstFive(beside.map((path) => path.slice(folder.length + 1)))}`
  const folders = [...new Set(paths.map(folderOf))]
  const near = folder === '' ? undefined : nearest(folder, folders.length > 20_000 ? [] : folders)
  return near === undefined
    ? `${place} holds ${counted(paths.length, 'image')}, such as ${firstFive(paths.slice(0, 3))}`
    : `${place} has no ${folder}, but ${near}`
}

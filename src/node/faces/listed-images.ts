/** @file Images that a list names, found in the folder its paths count from: one rule for all lists, see `listed-path.ts`. */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { checkInside, pathFinder, plainPath, whatIsThere } from '../../data/lists/listed-path.ts'
import { imagesBelow } from './folder-walk.ts'

/** Where listed images are. */
export interface ListedImages {
  /** The path relative to the folder of each name that was found. */
  readonly found: ReadonlyMap<string, string>
  /** The names that were not, each once. */
  readonly missing: readonly string[]
  /** What is there instead of the first of them, in words; empty where none is missing. */
  readonly instead: string
  /** What was left out while looking through the folder, in words; empty where that was not needed. */
  readonly notes: readonly string[]
}

/** The paths of `paths` that are files or folders in `folder`; each of its folders is read once. */
const existing = async (folder: string, paths: readonly string[]): Promise<ReadonlySet<string>> => {
  const places = [...new Set(paths.map((path) => dirname(path)))]
  const held = new Map(
    await mapBounded(places, 16, async (place): Promise<[string, ReadonlySet<string>]> => [
      place,
      new Set(await readdir(join(folder, place)).catch((): string[] => [])),
    ]),
  )
  return new Set(paths.filter((path) => held.get(dirname(path))?.has(basename(path)) === true))
}

/**
 * Finds the images that `list` names in `folder`, which is looked through only where names are not there as they are written.
 * @throws DataError where a name leads out of the folder or fits several images
 */
export async function findListedImages(
  list: string,
  folder: string,
  names: Iterable<string>,
): Promise<ListedImages> {
  const root = `${plainPath(resolve(folder))}/`
  const plain = new Map(
    [...new Set(names)].map((name) => {
      const path = checkInside(name, list)
      return [name, path.startsWith(root) ? path.slice(root.length) : path]
    }),
  )
  const relative = [...plain.values()].filter((path) => !path.startsWith('/'))
  const there = await existing(folder, relative)
  const found = new Map([...plain].filter(([, path]) => there.has(path)))
  if (found.size === plain.size) return { found, missing: [], instead: '', notes: [] }
  const { images, notes } = await imagesBelow(folder)
  const find = pathFinder(images, { file: list, folder: resolve(folder) })
  const missing: string[] = []
  for (const name of plain.keys()) {
    const path = found.get(name) ?? find(plain.get(name) ?? name)
    if (path === undefined) missing.push(name)
    else found.set(name, path)
  }
  const [first] = missing
  return {
    found,
    missing,
    instead: first === undefined ? '' : whatIsThere(first, images, folder),
    notes,
  }
}

/** @file Finding the images of a list of pairs in a folder: LFW's names among its people, everything else by its path. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import type { PairSet } from '../../evaluate/pair.ts'
import type { PairList } from '../../evaluate/pairs.ts'
import { resolvePairs } from '../../evaluate/resolve-pairs.ts'
import type { ResolveOptions } from '../../evaluate/resolve-pairs.ts'
import { scanFolder } from './folder-scan.ts'
import type { FolderScan } from './folder-scan.ts'

/** A folder that is looked through only as far as needed, and once. */
export interface ImageFolder {
  readonly path: string
  scan(): Promise<FolderScan>
}

/** Opens a folder; nothing is read yet. */
export function imageFolder(path: string): ImageFolder {
  let scanned: Promise<FolderScan> | undefined
  return { path, scan: () => (scanned ??= scanFolder(path)) }
}

const endings = ['', '.jpg', '.jpeg', '.png', '.webp']

const existing = async (folder: string, names: Iterable<string>): Promise<string[]> => {
  const found = await mapBounded([...new Set(names)], 16, async (name) => {
    // a name without an ending may mean any kind of image
    const candidates = /\.[A-Za-z]\w*$/.test(name) ? [name] : endings.map((ending) => `${name}${ending}`)
    const kinds = await Promise.all(candidates.map((path) => stat(join(folder, path)).catch(() => undefined)))
    return candidates.filter((_, i) => kinds[i]?.isFile() === true)
  })
  return found.flat()
}

/** The pairs of `list` whose images are in `folder`. @throws UsageError, DataError as `resolvePairs` and `scanFolder` */
export async function findPairImages(
  list: PairList,
  folder: ImageFolder,
  options: ResolveOptions = {},
): Promise<PairSet> {
  const paths =
    list.format === 'lfw'
      ? (await folder.scan()).identities.flatMap(({ images }) => images)
      : await existing(
          folder.path,
          list.pairs.flatMap(({ a, b }) => [a, b]),
        )
  return resolvePairs(list, paths, options)
}

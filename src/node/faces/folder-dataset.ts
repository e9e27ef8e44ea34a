/** @file Folders of faces as a data set. */
import { basename, join, resolve } from 'node:path'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import type { Dataset, Sample } from '../../data/dataset.ts'
import type { DecodeImage } from '../../image/image.ts'
import { decodeImage, readImage } from './decode.ts'
import { scanFolder } from './folder-scan.ts'
import type { ScanOptions } from './folder-scan.ts'
import { checkDifferent, nobodyLeft } from './source-checks.ts'

export interface FolderOptions extends ScanOptions {
  /** Treats the same name in two folders as one person. @defaultValue false */
  readonly mergeNames?: boolean
  /** Identities with fewer images are left out. @defaultValue 1 */
  readonly minImages?: number
  /** Takes an identity or not; `name` is its folder's, `folder` the one it lies in as given. */
  readonly accept?: (name: string, folder: string) => boolean
  /** The list that `accept` takes names from, for a message. */
  readonly acceptedBy?: string
  readonly decode?: DecodeImage
}

/** A data set of files. */
export interface FolderDataset extends Dataset {
  readonly files: readonly string[]
  /** What was left out or could not be read while looking, in words. */
  readonly notes: readonly string[]
  /** The folder names of the identities, without the prefix that tells several folders apart. */
  readonly names: readonly string[]
  /** How many identities have too few images. */
  readonly dropped: number
}

/** Short names that differ: the folders' own, or the paths where those are equal. */
const prefixesOf = (folders: readonly string[]): readonly string[] => {
  const names = folders.map((folder) => basename(resolve(folder)))
  return new Set(names).size === names.length ? names : folders
}

/**
 * The images of one or several folders, each holding one folder per identity. With several, identities and sample ids
 * begin with the folder's name, and the same name in two folders is two people unless `mergeNames`.
 * @throws UsageError, DataError as `scanFolder`; DataError where no identity is left
 */
export async function openFolders(
  folders: readonly string[],
  options: FolderOptions = {},
): Promise<FolderDataset> {
  await checkDifferent(folders)
  const scans = await Promise.all(
    folders.map(async (folder) => scanFolder(folder, given({ depth: options.depth }))),
  )
  const prefixes = prefixesOf(folders)
  const accept = options.accept ?? (() => true)
  const minImages = options.minImages ?? 1
  const byIdentity = new Map<string, { name: string; samples: { id: string; file: string }[] }>()
  scans.forEach((scan, at) => {
    const prefix = folders.length > 1 ? `${prefixes[at] ?? ''}/` : ''
    for (const { name: path, images } of scan.identities) {
      const name = basename(path)
      if (!accept(name, scan.folder)) continue
      const identity = options.mergeNames === true ? name : `${prefix}${path}`
      const held = byIdentity.get(identity) ?? { name, samples: [] }
      byIdentity.set(identity, held)
      for (const image of images)
        held.samples.push({ id: `${prefix}${image}`, file: join(scan.folder, image) })
    }
  })
  const all = [...byIdentity].toSorted((a, b) => byCodePoint(a[0], b[0]))
  const kept = all.filter(([, { samples }]) => samples.length >= minImages)
  if (kept.length === 0) throw nobodyLeft(folders, all.length, options)
  const listed: (Sample & { readonly file: string })[] = kept.flatMap(([, { samples }], identity) =>
    samples.map(({ id, file }) => ({ id, identity, file })),
  )
  listed.sort((a, b) => byCodePoint(a.id, b.id))
  const files = listed.map(({ file }) => file)
  const decode = options.decode ?? decodeImage
  return {
    identities: kept.map(([identity]) => identity),
    names: kept.map(([, { name }]) => name),
    samples: listed.map(({ id, identity }) => ({ id, identity })),
    files,
    notes: scans.flatMap(({ notes }) => notes),
    dropped: all.length - kept.length,
    image: async (index) => {
      const file = files[index]
      if (file === undefined) throw new RangeError(`Expected a sample below ${files.length}, got ${index}`)
      return readImage(file, decode)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

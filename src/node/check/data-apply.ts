/** @file A reviewed table of findings applied to a copy of the data; what was checked is never touched. */
import { constants } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { Decisions } from '../../data/check/decisions.ts'
import { decide } from '../../data/check/decisions.ts'
import { parseReviewed } from '../../data/check/table.ts'
import { decodeText } from '../../data/lists/text.ts'
import { type FaceSet, openFaces } from '../faces/face-sets.ts'
import type { ScanOptions } from '../faces/folder-scan.ts'
import { isListData } from '../faces/listed-faces.ts'
import { isRecordData } from '../faces/record-dataset.ts'
import { openDraftFolder } from '../files/draft.ts'
import { clearPlace, isThere, lockPlace } from '../files/locked-folder.ts'
import { readWholeFile } from '../files/record-file.ts'

export interface DataApplyOptions extends ScanOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  /** Told, in a sentence, what a killed command left and is taken over. */
  readonly onNote?: (text: string) => void
}

export interface DataApplied {
  readonly copied: number
  readonly dropped: number
  readonly moved: number
}

/** The folder of each identity of a list in the copy: its path without what all have in common, in one name. @throws DataError */
const foldersOfListed = (identities: readonly string[], list: string): readonly string[] => {
  const parts = identities.map((name) => name.split('/').filter((part) => !['', '.', '..'].includes(part)))
  const [first = []] = parts
  const differs = first.findIndex((part, i) => parts.some((other) => other[i] !== part))
  const shared = differs < 0 ? Math.max(0, first.length - 1) : differs
  const names = parts.map((own) => own.slice(shared).join('_'))
  if (names.includes('') || new Set(names).size !== names.length)
    throw new DataError(`The people of ${list} cannot be told apart by the names of their folders`)
  return names
}

/** A folder's images keep their paths; those of a list, which may lie anywhere, go to a folder for each person. */
interface Copying {
  readonly pathOf: (index: number) => string
  /** The folder a moved image goes to. @throws FormatError where it would lie outside the copy */
  readonly folderFor: (target: string, table: string) => string
}

const copying = async ({ identities, samples }: FaceSet, source: string): Promise<Copying> => {
  const isList = await isListData(source)
  const folders = isList ? foldersOfListed(identities, source) : identities
  const known = new Map(identities.map((name, i) => [name, folders[i] ?? name]))
  return {
    pathOf: (index) => {
      const { id, identity } = samples[index] ?? { id: '', identity: 0 }
      return isList ? `${folders[identity]}/${basename(id)}` : id
    },
    folderFor: (target, table) => {
      const folder = known.get(target)
      if (folder !== undefined) return folder
      const isPlain = !/[\\/\0]/.test(target) && !target.startsWith('.')
      if (!isPlain)
        throw new FormatError(table, `the target ${JSON.stringify(target)} is no name of a folder`)
      return target
    },
  }
}

/** A name not taken yet: two images may be moved to the same one. */
const freeName = (path: string, taken: ReadonlySet<string>): string => {
  if (!taken.has(path)) return path
  const [stem, ending] = [path.replace(/\.[^./]*$/, ''), /\.[^./]*$/.exec(path)?.[0] ?? '']
  for (let number = 2; ; number++) {
    const candidate = `${stem}-${number}${ending}`
    if (!taken.has(candidate)) return candidate
  }
}

/** Where each image goes in the copy; what stays in its place keeps its name, whatever is moved there. */
const pathsOf = (
  samples: FaceSet['samples'],
  { drops, moves }: Decisions,
  { pathOf, folderFor }: Copying,
  table: string,
): readonly (string | undefined)[] => {
  const taken = new Set<string>()
  const take = (path: string): string => {
    const free = freeName(path, taken)
    taken.add(free)
    return free
  }
  const staying = samples.map((_, index) =>
    drops.has(index) || moves.has(index) ? undefined : take(pathOf(index)),
  )
  return samples.map(({ id }, index) => {
    const target = moves.get(index)
    return target === undefined ? staying[index] : take(`${folderFor(target, table)}/${basename(id)}`)
  })
}

const checkFree = async (out: string): Promise<void> => {
  if (!(await isThere(out))) return
  await clearPlace(out)
  throw new UsageError(`${out} exists; give the name of a new folder`)
}

/**
 * Copies `source`, a folder or a list of images with labels, to the folder `out` without the images marked `drop` and with those marked
 * `move` under their target; a row without an image marks all of its identity, a drop wins. `out` must not exist, and appears only when whole.
 * @throws UsageError where `out` exists or lies in `source`; FormatError for a bad table; DataError for images and identities that are not there
 */
export async function applyDataCheck(
  table: string,
  source: string,
  out: string,
  options: DataApplyOptions = {},
): Promise<DataApplied> {
  await checkFree(out)
  const target = resolve(out)
  if (`${target}${sep}`.startsWith(`${resolve(source)}${sep}`))
    throw new UsageError(`${out} lies in ${source}; the copy must lie elsewhere`)
  await using lock = await lockPlace(out)
  if (lock.note !== undefined) options.onNote?.(lock.note)
  await checkFree(out)
  if (await isRecordData(source))
    throw new UsageError(
      `${source} is a record file; unpack it first with cosface pack folder, its images have the names of the table then`,
    )
  const rows = parseReviewed(decodeText(await readWholeFile(table), table), table)
  await using set = await openFaces([source], given({ depth: options.depth }))
  const { samples, places } = set
  const decisions = decide(rows, set, table, source)
  const paths = pathsOf(samples, decisions, await copying(set, source), table)
  await using draft = await openDraftFolder(out)
  let copied = 0
  for (const [index, path] of paths.entries()) {
    options.signal?.throwIfAborted()
    options.onProgress?.(index + 1, samples.length)
    if (path === undefined) continue
    const destination = join(draft.path, path)
    await mkdir(dirname(destination), { recursive: true })
    const file = places.files[places.file[index] ?? -1] ?? ''
    await copyFile(file, destination, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
    copied++
  }
  if (copied === 0) throw new DataError('Nothing would be left')
  await draft.settle()
  return { copied, dropped: decisions.drops.size, moved: decisions.moves.size }
}

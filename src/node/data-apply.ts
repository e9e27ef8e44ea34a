/** @file A reviewed table of findings applied to a copy of the data; what was checked is never touched. */
import { constants } from 'node:fs'
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { DataError, FormatError, UsageError } from '../base/errors.ts'
import { agreeing, counted } from '../base/words.ts'
import { parseReviewed } from '../data/check-table.ts'
import { decodeText } from '../data/lists-text.ts'
import { openFolders } from './folder-dataset.ts'
import { isRecordData } from './record-dataset.ts'
import { readWholeFile } from './record-file.ts'

export interface DataApplyOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface DataApplied {
  readonly copied: number
  readonly dropped: number
  readonly moved: number
}

/** An identity must be one folder name, so that nothing lands outside the copy. */
const checkIdentity = (target: string, table: string): string => {
  const isPlain = !/[\\/\0]/.test(target) && target !== '.' && target !== '..' && !target.startsWith('.')
  if (!isPlain) throw new FormatError(table, `the target ${JSON.stringify(target)} is no name of a folder`)
  return target
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

/**
 * Copies `folder` to `out` without the images marked `drop` and with those marked `move` under their target; `out` must not exist,
 * and appears only when whole. A row that drops wins over one that moves.
 * @throws UsageError where `out` exists or lies in `folder`; FormatError for a bad table; DataError for images that are not there
 */
export async function applyDataCheck(
  table: string,
  folder: string,
  out: string,
  options: DataApplyOptions = {},
): Promise<DataApplied> {
  if ((await stat(out).catch(() => undefined)) !== undefined)
    throw new UsageError(`${out} exists; give the name of a new folder`)
  const target = resolve(out)
  if (`${target}${sep}`.startsWith(`${resolve(folder)}${sep}`))
    throw new UsageError(`${out} lies in ${folder}; the copy must lie elsewhere`)
  if (await isRecordData(folder))
    throw new UsageError(
      `${folder} is a record file; unpack it first with cosface pack folder, its images have the names of the table then`,
    )
  const rows = parseReviewed(decodeText(await readWholeFile(table), table), table)
  await using set = await openFolders([folder])
  const known = new Set(set.samples.map(({ id }) => id))
  const drops = new Set(rows.flatMap(({ action, image }) => (action === 'drop' ? [image] : [])))
  const moves = new Map(
    rows.flatMap(({ action, image, target: identity }) =>
      action === 'move' ? [[image, checkIdentity(identity, table)]] : [],
    ),
  )
  const missing = [...drops, ...moves.keys()].filter((image) => !known.has(image))
  if (missing.length > 0)
    throw new DataError(
      `${table} names ${counted(missing.length, 'image')} that ${agreeing(missing.length, 'is', 'are')} not in ${folder}: ${missing.slice(0, 5).join(', ')}`,
    )
  const temporary = `${target}.${process.pid}.tmp`
  const taken = new Set<string>()
  let [copied, dropped, moved] = [0, 0, 0]
  try {
    for (const [index, { id }] of set.samples.entries()) {
      options.signal?.throwIfAborted()
      options.onProgress?.(index + 1, set.samples.length)
      if (drops.has(id)) {
        dropped++
        continue
      }
      const identity = moves.get(id)
      const path = freeName(identity === undefined ? id : `${identity}/${basename(id)}`, taken)
      taken.add(path)
      const destination = join(temporary, path)
      await mkdir(dirname(destination), { recursive: true })
      await copyFile(set.files[index] ?? '', destination, constants.COPYFILE_FICLONE)
      copied++
      if (identity !== undefined) moved++
    }
    if (copied === 0) throw new DataError('Nothing would be left')
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
  return { copied, dropped, moved }
}

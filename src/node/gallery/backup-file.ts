/** @file A gallery's backup in one file: a line a record, the last line a hash of all before it. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { DataError, UsageError } from '../../base/errors.ts'
import { backupLines, parseBackupLine, restoreRecords } from '../../gallery/backup-records.ts'
import type { Counts, GalleryStore } from '../../gallery/store.ts'
import { codeOf } from './store-errors.ts'

const headForm = z.object({ schema: z.literal('cosface-gallery-backup/1') })
const endForm = z.object({ lines: z.number(), sha256: z.string() })

/** What a backup holds. */
export interface Backup extends Counts {
  readonly file: string
  readonly lines: number
}

/**
 * Writes a backup of one consistent state; the file appears whole or not at all.
 * @throws UsageError where the file exists
 */
export async function backupGallery(store: GalleryStore, file: string): Promise<Backup> {
  if ((await stat(file).catch(() => undefined)) !== undefined)
    throw new UsageError(`${file} exists; a backup takes no file’s place, name another`)
  const draft = `${file}.${randomBytes(4).toString('hex')}.partial`
  try {
    const handle = await open(draft, 'wx', 0o600)
    let lines = 0
    try {
      const hash = createHash('sha256')
      const put = async (line: string): Promise<void> => {
        hash.update(`${line}\n`)
        await handle.write(`${line}\n`)
        lines++
      }
      await put(JSON.stringify({ schema: 'cosface-gallery-backup/1' }))
      for await (const line of backupLines(store)) await put(line)
      await handle.write(`${JSON.stringify({ lines, sha256: hash.digest('hex') })}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
    return { file, lines, ...(await store.read((reader) => reader.counts())) }
  } catch (error) {
    await rm(draft, { force: true })
    if (codeOf(error) === 'ENOSPC')
      throw new DataError(`${file} could not be written because the disk is full; make room and try again`, {
        cause: error,
      })
    if (codeOf(error) === 'ENOENT')
      throw new UsageError(`${file} cannot be written: there is no such folder`, { cause: error })
    throw error
  }
}

/** Reads a backup to its end and checks it, before anything is done with it. @throws DataError where it is not whole */
export async function checkBackup(file: string): Promise<number> {
  const hash = createHash('sha256')
  let held: string | undefined
  let lines = 0
  for await (const line of linesOf(file)) {
    if (held !== undefined) {
      if (lines === 1) checkHead(held, file)
      else parseBackupLine(held, file, lines)
      hash.update(`${held}\n`)
    }
    held = line
    lines++
  }
  const end = endOf(held)
  if (end === undefined) throw new DataError(`${file} is no whole backup: its end is missing`)
  if (end.lines !== lines - 1 || end.sha256 !== hash.digest('hex'))
    throw new DataError(`${file} was changed or cut since it was written: it does not fit its own hash`)
  return lines
}

const checkHead = (line: string, file: string): void => {
  const head: unknown = parsed(line)
  if (!headForm.safeParse(head).success) throw new DataError(`${file} is no backup of a gallery`)
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const endOf = (line: string | undefined): z.infer<typeof endForm> | undefined =>
  line === undefined ? undefined : endForm.safeParse(parsed(line)).data

async function* linesOf(file: string): AsyncGenerator<string> {
  if ((await stat(file).catch(() => undefined))?.isFile() !== true)
    throw new UsageError(`There is no backup at ${file}`)
  yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity })
}

/**
 * Puts a backup back into an empty store.
 * @throws DataError where the backup is not whole, or the store holds a gallery; nothing is written then
 */
export async function restoreGallery(file: string, store: GalleryStore): Promise<Counts> {
  const lines = await checkBackup(file)
  async function* records(): AsyncGenerator<ReturnType<typeof parseBackupLine>> {
    let number = 0
    for await (const line of linesOf(file)) {
      number++
      if (number > 1 && number < lines) yield parseBackupLine(line, file, number)
    }
  }
  await restoreRecords(store, records(), randomBytes(8).toString('hex'))
  return store.read((reader) => reader.counts())
}

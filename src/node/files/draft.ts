/**
 * @file What is being written before it takes its place: a file or folder beside it whose name nobody can guess and which
 * says whose it is, so that the next command can remove it where its process has ended.
 */
import { randomBytes } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { UsageError } from '../../base/errors.ts'
import { isRunning, ownMark, placeOf } from './process-mark.ts'

/** Begins the names of all files that are only there while a command runs. */
export const ownPrefix: string = '.cosface'

/** Says which drafts belong where, see `together.ts`. */
export const togetherName: string = `${ownPrefix}.together`

const draftName = /^\.cosface-([0-9a-f]{12})-(\d{1,10})-([0-9a-z]*)-[0-9a-f]{24}\.draft$/

/** A file written beside its place. */
export interface Draft extends AsyncDisposable {
  readonly path: string
  /** For writing from front to back; positions may be written again. */
  readonly handle: FileHandle
  /** Brings what was written to the disk and closes the file. */
  finish(): Promise<void>
  /** Takes its place, with `finish` where that was not called. */
  settle(): Promise<void>
}

/** A folder filled beside its place. */
export interface DraftFolder extends AsyncDisposable {
  readonly path: string
  /** Takes its place. @throws UsageError where something came to lie there meanwhile */
  settle(): Promise<void>
}

const newName = async (): Promise<string> => {
  const own = await ownMark()
  return `${ownPrefix}-${placeOf(own)}-${own.pid}-${own.start}-${randomBytes(12).toString('hex')}.draft`
}

/** Opens a file that is not there yet; a link of that name is never followed. */
const openNew = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0))

const systemFolders = ['/dev', '/proc', '/sys']

/** Whether bytes go to a device or a FIFO, which is written to; a file is replaced. */
const isStream = async (file: string): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) return false
  if (!found.isFile()) return !found.isDirectory()
  const folder = await realpath(dirname(file))
  // /dev/stdout is a link; the file behind it is written to, the link stays
  return systemFolders.some((system) => `${folder}${sep}`.startsWith(`${system}/`))
}

const copyInto = async (from: string, to: string): Promise<void> => {
  const handle = await open(to, constants.O_WRONLY)
  try {
    for await (const piece of createReadStream(from))
      if (piece instanceof Uint8Array) await handle.writeFile(piece)
  } finally {
    await handle.close()
  }
}

/** Opens the draft of `file`; disposed of before it is settled, it leaves nothing. */
export async function openDraft(file: string): Promise<Draft> {
  const goesOn = await isStream(file)
  const path = join(goesOn ? tmpdir() : dirname(file), await newName())
  const handle = await openNew(path)
  let isOpen = true
  let isThere = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await handle.close()
  }
  const finish = async (): Promise<void> => {
    if (!isOpen) return
    await handle.sync()
    await close()
  }
  return {
    path,
    handle,
    finish,
    settle: async () => {
      await finish()
      if (goesOn) {
        await copyInto(path, file)
        await rm(path, { force: true })
      } else await rename(path, file)
      isThere = false
    },
    [Symbol.asyncDispose]: async () => {
      await close().catch(() => {})
      if (isThere) await rm(path, { force: true })
    },
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(String(error.code))

/** Makes the draft of `folder`, which must not be there, or be empty, when it is settled. */
export async function openDraftFolder(folder: string): Promise<DraftFolder> {
  const target = resolve(folder)
  const path = join(dirname(target), await newName())
  await mkdir(path)
  let isThere = true
  return {
    path,
    settle: async () => {
      try {
        // Windows does not put a folder in an empty one's place
        await rmdir(target).catch((error: unknown) => {
          if (isTaken(error)) throw error
        })
        await rename(path, target)
      } catch (error) {
        if (!isTaken(error)) throw error
        throw new UsageError(`${folder} was written to by somebody else meanwhile; name a new folder`, {
          cause: error,
        })
      }
      isThere = false
    },
    [Symbol.asyncDispose]: async () => {
      if (isThere) await rm(path, { recursive: true, force: true })
    },
  }
}

/** Whether a draft's process has ended; one of another machine cannot be asked after. */
const isAbandoned = async (name: string, place: string): Promise<boolean> => {
  const [, where, pid, start] = draftName.exec(name) ?? []
  if (where === undefined || pid === undefined || start === undefined || where !== place) return false
  return !(await isRunning(Number(pid), start))
}

/** Removes the drafts in a folder whose processes have ended. What cannot be removed is left. */
export async function sweepDrafts(folder: string): Promise<void> {
  const entries: readonly string[] = await readdir(folder).catch(() => [])
  const drafts = entries.filter((name) => draftName.test(name))
  if (drafts.length === 0) return
  const place = placeOf(await ownMark())
  for (const name of drafts) {
    if (await isAbandoned(name, place))
      await rm(join(folder, name), { recursive: true, force: true }).catch(() => {})
  }
}

/** Whether an entry of a folder is there only because a command writes to it, or was killed while it did. */
export const isOwnEntry = (path: string): boolean => {
  const name = basename(path)
  return (
    name === togetherName ||
    name === `${ownPrefix}.lock` ||
    name.startsWith(`${ownPrefix}.lock.`) ||
    draftName.test(name)
  )
}

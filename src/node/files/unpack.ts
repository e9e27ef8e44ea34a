/** @file A `.tgz` unpacked into a new folder, which appears only when everything is in it. */
import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ReadEntry } from 'tar'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import { openDraftFolder } from './draft.ts'
import { isThere } from './locked-folder.ts'

export interface UnpackOptions {
  /** The one folder the archive must hold; what is in it becomes the content of `out`. */
  readonly top: string
  /** Bytes of all files together above which the archive is refused. @defaultValue 16 GiB */
  readonly limit?: number
  /** Files and folders together above which it is refused. @defaultValue 1,000,000 */
  readonly entryLimit?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (files: number) => void
  /** Runs when everything is unpacked and only the folder's name is missing. */
  readonly beforePlace?: (files: number) => Promise<void>
}

const usualLimit = 2 ** 34
const usualEntryLimit = 1_000_000

const files: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile'])
const folders: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir'])

const refused: Readonly<Record<string, string>> = {
  Link: 'a hard link',
  SymbolicLink: 'a symbolic link',
  CharacterDevice: 'a device',
  BlockDevice: 'a device',
  FIFO: 'a pipe',
}

const textOf = (value: unknown, name: string): string | undefined => {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'string' ? found : undefined
}

/** What of an entry is not unpacked, in words. */
const refusal = (entry: unknown): string => {
  const [path = '', type = ''] = [textOf(entry, 'path'), textOf(entry, 'type')]
  const kind = (Object.hasOwn(refused, type) ? refused[type] : undefined) ?? 'of an unknown kind'
  return `${JSON.stringify(path.slice(0, 200))} is ${kind}; only files and folders are unpacked`
}

/**
 * The parts of an entry's path, `.` left out.
 * @throws FormatError for what leads elsewhere: absolute paths, `..`, backslashes, drive letters, empty names
 */
const safePath = (path: string, archive: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '.' && part !== '')
  const isSafe =
    parts.length > 0 && !path.startsWith('/') && !parts.includes('..') && !/[\\\0]|^[A-Za-z]:/.test(path)
  if (isSafe) return parts
  throw new FormatError(archive, `the path ${JSON.stringify(path)} leads out of the folder`)
}

/** Puts one entry after another below a folder, within the limits. */
class Unpacking {
  readonly #folder: string
  readonly #archive: string
  readonly #options: UnpackOptions
  readonly #made = new Set<string>()
  #entries = 0
  #bytes = 0
  files = 0

  constructor(folder: string, archive: string, options: UnpackOptions) {
    this.#folder = folder
    this.#archive = archive
    this.#options = options
  }

  #fail(reason: string, cause?: unknown): FormatError {
    return new FormatError(this.#archive, reason, undefined, { cause })
  }

  /** Where a file goes; undefined for a folder. Counts before anything is made. @throws FormatError */
  #placeOf({ path, type, size }: ReadEntry): readonly string[] | undefined {
    const { top, limit = usualLimit, entryLimit = usualEntryLimit } = this.#options
    const isFolder = folders.has(type)
    if (!isFolder && !files.has(type)) throw this.#fail(refusal({ path, type }))
    const [first, ...inner] = safePath(path, this.#archive)
    if (first !== top) throw this.#fail(`expected one folder ${top}, got ${JSON.stringify(first)}`)
    this.#entries++
    this.#bytes += size
    if (this.#entries > entryLimit) throw this.#fail(`expected at most ${entryLimit} files and folders`)
    if (this.#bytes > limit) throw this.#fail(`expected at most ${limit} bytes in all`)
    if (!isFolder && inner.length > 0) return inner
    if (size > 0) throw this.#fail('a folder has content')
    return undefined
  }

  /** @throws FormatError for what is not unpacked, or is there twice */
  async take(entry: ReadEntry): Promise<void> {
    this.#options.signal?.throwIfAborted()
    const inner = this.#placeOf(entry)
    if (inner === undefined) {
      entry.resume()
      return
    }
    const target = join(this.#folder, ...inner)
    if (!this.#made.has(dirname(target))) {
      await mkdir(dirname(target), { recursive: true })
      this.#made.add(dirname(target))
    }
    const handle = await open(target, 'wx').catch((cause: unknown) => {
      throw this.#fail(`${JSON.stringify(inner.join('/'))} is there twice, or has no valid name`, cause)
    })
    try {
      // an entry that is given up says so once, to whoever waits for its next piece at that moment
      if (entry.destroyed) throw this.#fail('the archive is damaged')
      for await (const piece of entry) {
        await handle.writeFile(piece)
        if (entry.destroyed) throw this.#fail('the archive is damaged')
      }
    } finally {
      await handle.close()
    }
    this.files++
    this.#options.onProgress?.(this.files)
  }
}

/** Errors of names that no file can have: too long, or below what is a file. */
const nameErrors: ReadonlySet<string> = new Set(['ENAMETOOLONG', 'ENOTDIR', 'EEXIST', 'EISDIR', 'EINVAL'])

/** Everything but the disk's own complaints and the user's is the archive's fault. */
const inWords = (error: unknown, archive: string, signal: AbortSignal | undefined): unknown => {
  if (error instanceof FormatError || signal?.aborted === true) return error
  const code = textOf(error, 'code') ?? ''
  if (nameErrors.has(code)) return new FormatError(archive, `an entry has no valid name (${code})`)
  if (!(error instanceof Error) || 'syscall' in error) return error
  const reason = error.message.includes('Truncated')
    ? 'the archive ends in the middle of a file'
    : `the archive is damaged (${error.message})`
  return new FormatError(archive, reason, undefined, { cause: error })
}

const unpackInto = async (folder: string, archive: string, options: UnpackOptions): Promise<number> => {
  const { Parser } = await import('tar')
  const unpacking = new Unpacking(folder, archive, options)
  const source = createReadStream(archive)
  try {
    await new Promise<void>((done, fail) => {
      let isRefused = false
      // an empty file is over at once, so the next may come while it is being written
      const waiting = new Set<ReadEntry>()
      let under: Promise<void> = Promise.resolve()
      let isMarked = false
      const parser = new Parser({ strict: true })
      // what is being written is waited for, since the folder is removed afterwards
      const refuse = (error: unknown): void => {
        isRefused = true
        source.destroy()
        for (const entry of waiting) entry.destroy()
        const end = (): void => fail(error)
        under.then(end, end)
      }
      parser.on('entry', (entry: ReadEntry) => {
        waiting.add(entry)
        // what still comes for an entry that was given up
        entry.on('error', () => undefined)
        under = under.then(async () => {
          if (!isRefused) await unpacking.take(entry)
          waiting.delete(entry)
        })
        under.catch(refuse)
      })
      // other kinds, and names longer than any
      parser.on('ignoredEntry', (entry: ReadEntry) => refuse(new FormatError(archive, refusal(entry))))
      parser.on('nullBlock', () => {
        isMarked = true
      })
      parser.on('error', (error: unknown) => {
        const header: unknown = typeof error === 'object' && error !== null && Reflect.get(error, 'header')
        const isOther = Object.hasOwn(refused, textOf(header, 'type') ?? '')
        refuse(isOther ? new FormatError(archive, refusal(header)) : error)
      })
      parser.on('end', () => {
        if (!isMarked) refuse(new FormatError(archive, 'the archive ends in the middle of a file'))
        under.then(done, fail)
      })
      source.on('error', refuse)
      source.pipe(parser)
    })
    return unpacking.files
  } catch (error) {
    throw inWords(error, archive, options.signal)
  } finally {
    source.destroy()
  }
}

/**
 * Unpacks the files below `top` of a `.tgz` into `out`, which must not exist.
 * @returns how many files it holds
 * @throws FormatError for a damaged archive, for links, devices and paths that lead elsewhere, and beyond the limits; nothing is left then
 * @throws UsageError where `out` exists
 */
export async function unpackTgz(archive: string, out: string, options: UnpackOptions): Promise<number> {
  if (await isThere(out)) throw new UsageError(`${out} exists; unpack into a new folder`)
  await mkdir(dirname(out), { recursive: true })
  await using draft = await openDraftFolder(out)
  const count = await unpackInto(draft.path, archive, options)
  if (count === 0) throw new DataError(`${archive} holds no files in ${options.top}`)
  await options.beforePlace?.(count)
  await draft.settle()
  return count
}

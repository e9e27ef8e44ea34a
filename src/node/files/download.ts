/** @file A file fetched by its address: resumed where it was cut, checked against its hashes, in place only when whole and right. */
import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { KnownHashes } from '../../data/public-sets.ts'
import type { Answer, Transport } from './download-request.ts'
import { request, webAddress } from './download-request.ts'
import { clearPlace, lockPlace } from './locked-folder.ts'
import { replaceFile } from './replace-file.ts'

export interface DownloadOptions extends KnownHashes {
  readonly signal?: AbortSignal
  /** `total` is undefined where the server does not say. */
  readonly onProgress?: (done: number, total: number | undefined) => void
  /** Told when a connection fails and the work goes on. */
  readonly onRetry?: (reason: string) => void
  /** Failures in a row, without a byte between them, after which it gives up. @defaultValue 5 */
  readonly attempts?: number
  /** Milliseconds before the second attempt, doubled each time. @defaultValue 1000 */
  readonly pause?: number
  /** Milliseconds without a byte after which a connection counts as cut. @defaultValue 60,000 */
  readonly idle?: number
  /** Bytes above which a file is refused, and what came of it removed. @defaultValue 16 GiB */
  readonly limit?: number
  /** How addresses are asked. @defaultValue plainly */
  readonly transport?: Transport
}

/** A file that lies whole at its place. */
export interface Downloaded {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** Where it came from; undefined where it lay there already. */
  readonly url?: string
  /** Bytes that were there from an earlier, interrupted download. */
  readonly resumedAt: number
}

/** What has to be known to go on with a part. */
interface PartNote {
  readonly url: string
  readonly validator?: string
}

const usualLimit = 2 ** 34

const partOf = (file: string): string => `${file}.part`
const noteOf = (file: string): string => `${file}.part.json`

const sizeAt = async (file: string): Promise<number | undefined> =>
  stat(file).then(
    (found) => (found.isFile() ? found.size : undefined),
    () => undefined,
  )

const readNote = async (file: string): Promise<PartNote | undefined> => {
  try {
    const note: unknown = JSON.parse(await readFile(noteOf(file), 'utf8'))
    if (typeof note !== 'object' || note === null || !('url' in note) || typeof note.url !== 'string')
      return undefined
    const { url } = note
    return 'validator' in note && typeof note.validator === 'string'
      ? { url, validator: note.validator }
      : { url }
  } catch {
    return undefined
  }
}

const hashesOf = async (file: string): Promise<Required<KnownHashes>> => {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')]
  const stream: AsyncIterable<unknown> = createReadStream(file)
  for await (const piece of stream) {
    if (!(piece instanceof Uint8Array)) continue
    sha256.update(piece)
    md5.update(piece)
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') }
}

/** How a file differs from what is known of it, in words. */
const mismatch = (found: Required<KnownHashes>, known: KnownHashes): string | undefined => {
  for (const name of ['sha256', 'md5'] as const) {
    const expected = known[name]
    if (expected !== undefined && expected !== found[name])
      return `expected the ${name} ${expected}, got ${found[name]}`
  }
  return undefined
}

/** Bytes and their place in the whole, from a 206's or 416's `Content-Range`. */
const rangeOf = (header: string | undefined): { readonly start?: number; readonly total?: number } => {
  const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(header?.trim() ?? '') ?? []
  return {
    ...(start === undefined ? {} : { start: Number(start) }),
    ...(total === undefined || total === '*' ? {} : { total: Number(total) }),
  }
}

const lengthOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined

/** A weak ETag may stand for other bytes, so it cannot vouch for a part. */
const validatorOf = ({ headers }: Answer): string | undefined =>
  headers.etag !== undefined && !headers.etag.startsWith('W/') ? headers.etag : headers['last-modified']

/** The server answered, and another attempt would not change its answer. */
class Refused extends Error {}

/** The server gives more than is wanted; the part is of no use. */
class TooLarge extends Refused {}

const writeBody = async (
  handle: FileHandle,
  answer: Answer,
  start: number,
  total: number | undefined,
  { signal, onProgress, limit = usualLimit }: DownloadOptions,
): Promise<void> => {
  let at = start
  const checkSize = (bytes: number): void => {
    if (bytes > limit) throw new TooLarge(`${answer.url} gives more than ${limit} bytes`)
  }
  checkSize(total ?? 0)
  const ended = (cause?: unknown): Error =>
    new Error(`the connection ended after ${at} of ${total ?? 'unknown'} bytes`, { cause })
  const pieces = answer.pieces[Symbol.asyncIterator]()
  for (;;) {
    const piece = await pieces.next().catch((cause: unknown) => {
      throw signal?.aborted === true ? cause : ended(cause)
    })
    signal?.throwIfAborted()
    if (piece.done === true) break
    checkSize(at + piece.value.length)
    await handle.write(piece.value, 0, piece.value.length, at)
    at += piece.value.length
    onProgress?.(at, total)
  }
  if (total !== undefined && at !== total) throw ended()
}

/** One attempt: goes on with the part where there is one. */
const attempt = async (url: string, file: string, options: DownloadOptions): Promise<void> => {
  const note = await readNote(file)
  const had = (await sizeAt(partOf(file))) ?? 0
  // without a validator or a known hash nobody could tell whether the rest belongs to the part
  const validated = note?.url === url ? note.validator : undefined
  const canGoOn =
    had > 0 && (validated !== undefined || options.sha256 !== undefined || options.md5 !== undefined)
  const answer = await (options.transport ?? request)(url, {
    headers: {
      'accept-encoding': 'identity',
      'user-agent': 'cosface',
      ...(canGoOn ? { range: `bytes=${had}-` } : {}),
      ...(canGoOn && validated !== undefined ? { 'if-range': validated } : {}),
    },
    idle: options.idle ?? 60_000,
    ...given({ signal: options.signal }),
  })
  try {
    const range = rangeOf(answer.headers['content-range'])
    if (answer.status === 416 && canGoOn) {
      if (range.total === had) return
      await discardPart(file)
      throw new Error('the part is longer than the file; it begins anew')
    }
    const goesOn = answer.status === 206 && canGoOn && range.start === had
    if (answer.status !== 200 && !goesOn) {
      const text = `${answer.url} answers ${answer.status}`
      throw answer.status >= 500 || answer.status === 429 ? new Error(text) : new Refused(text)
    }
    const start = goesOn ? had : 0
    const length = lengthOf(answer.headers['content-length'])
    const total = goesOn ? range.total : length
    const validator = validatorOf(answer)
    // a link in the part's place would lead elsewhere
    const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
    const handle = await open(partOf(file), goesOn ? flags : flags | constants.O_TRUNC)
    try {
      await replaceFile(noteOf(file), JSON.stringify({ url, ...given({ validator }) }))
      await writeBody(handle, answer, start, total, options)
      await handle.sync()
    } finally {
      await handle.close()
    }
  } finally {
    answer.stream.destroy()
  }
}

const discardPart = async (file: string): Promise<void> => {
  await rm(partOf(file), { force: true })
  await rm(noteOf(file), { force: true })
}

const reasonOf = (error: unknown): string => {
  const inner = error instanceof AggregateError ? error.errors[0] : error
  return inner instanceof Error ? inner.message : String(inner)
}

/** Attempts until the part is whole; counts only failures that brought nothing. @throws the last failure */
const fetchPart = async (url: string, file: string, options: DownloadOptions): Promise<void> => {
  const { attempts = 5, pause = 1000, signal, onRetry } = options
  let failures = 0
  for (;;) {
    const before = (await sizeAt(partOf(file))) ?? 0
    try {
      return await attempt(url, file, options)
    } catch (error) {
      const isOurs = error instanceof UsageError || error instanceof Refused
      if (error instanceof TooLarge) await discardPart(file)
      if (isOurs || signal?.aborted === true || isDisk(error)) throw error
      failures = ((await sizeAt(partOf(file))) ?? 0) > before ? 1 : failures + 1
      if (failures >= attempts) throw error
      onRetry?.(reasonOf(error))
      await sleep(pause * 2 ** (failures - 1), undefined, signal === undefined ? {} : { signal })
    }
  }
}

const isDisk = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT', 'EISDIR', 'EPERM', 'ELOOP'].includes(String(error.code))

/**
 * Fetches a file from the first of `urls` that has it. What lies in `file.part` from before is gone on with.
 * @throws DataError where no address has it, or its hash is not the known one (it is then removed); UsageError where
 *   another file lies there, or an address is none
 */
export async function download(
  urls: readonly string[],
  file: string,
  options: DownloadOptions = {},
): Promise<Downloaded> {
  for (const url of urls) webAddress(url)
  const there = await stat(file).catch(() => undefined)
  if (there !== undefined) {
    if (!there.isFile()) throw new UsageError(`${file} is no file; the download goes there`)
    const hashes = await hashesOf(file)
    const wrong = mismatch(hashes, options)
    if (wrong !== undefined)
      throw new UsageError(`${file} is there and is something else: ${wrong}. Move it away to fetch it`)
    // killed between the file's place and this
    await rm(noteOf(file), { force: true })
    await clearPlace(file)
    return { file, bytes: there.size, sha256: hashes.sha256, resumedAt: there.size }
  }
  await mkdir(dirname(file), { recursive: true })
  await using _lock = await lockPlace(file)
  const resumedAt = (await sizeAt(partOf(file))) ?? 0
  const failures: string[] = []
  for (const url of urls) {
    try {
      await fetchPart(url, file, options)
    } catch (error) {
      if (error instanceof UsageError || isDisk(error) || options.signal?.aborted === true) throw error
      failures.push(error instanceof Refused ? error.message : `${url}: ${reasonOf(error)}`)
      continue
    }
    const hashes = await hashesOf(partOf(file))
    const wrong = mismatch(hashes, options)
    if (wrong !== undefined) {
      await discardPart(file)
      failures.push(`what ${url} gave is not the file, so it was removed: ${wrong}`)
      continue
    }
    await rename(partOf(file), file)
    await rm(noteOf(file), { force: true })
    const bytes = (await sizeAt(file)) ?? 0
    return { file, bytes, sha256: hashes.sha256, url, resumedAt }
  }
  throw new DataError(`${file} could not be fetched: ${failures.join('; ')}`)
}

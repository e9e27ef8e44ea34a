/** @file A `.tgz` unpacked into a new folder, which appears only when everything is in it. */
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { textUntilZero } from '../../base/bytes.ts'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import { openDraftFolder } from './draft.ts'
import { isThere } from './locked-folder.ts'
import { readTarAttributes, readTarHeader, safeTarPath, tarBlock } from '../../data/records/tar.ts'

export interface UnpackOptions {
  /** The one folder the archive must hold; what is in it becomes the content of `out`. */
  readonly top: string
  /** Bytes of all files together above which the archive is refused. @defaultValue 16 GiB */
  readonly limit?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (files: number) => void
  /** Runs when everything is unpacked and only the folder's name is missing. */
  readonly beforePlace?: (files: number) => Promise<void>
}

const usualLimit = 2 ** 34
/** A name or a set of attributes is never longer. */
const noteLimit = 2 ** 20

/** Bytes of a stream in the portions that are asked for. */
class Blocks implements AsyncDisposable {
  readonly #pieces: AsyncIterator<Uint8Array>
  readonly #file: string
  #rest: Uint8Array = new Uint8Array(0)
  offset = 0

  constructor(stream: AsyncIterable<Uint8Array>, file: string) {
    this.#pieces = stream[Symbol.asyncIterator]()
    this.#file = file
  }

  /** At least one byte and at most `most`; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0) {
      const next = await this.#pieces.next()
      if (next.done === true) return undefined
      this.#rest = next.value
    }
    const piece = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(piece.length)
    this.offset += piece.length
    return piece
  }

  /** Hands out `length` bytes piece by piece. @throws FormatError where the archive ends before */
  async *pieces(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      const piece = await this.some(left)
      if (piece === undefined) throw new FormatError(this.#file, 'the archive ends in the middle of a file')
      left -= piece.length
      yield piece
    }
  }

  async exactly(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    let at = 0
    for await (const piece of this.pieces(length)) {
      bytes.set(piece, at)
      at += piece.length
    }
    return bytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.()
  }
}

const writeTo = async (handle: FileHandle, pieces: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const piece of pieces) await handle.writeFile(piece)
}

const damaged = (error: unknown, archive: string): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE'
    ? new FormatError(archive, `the archive is damaged (${code})`, undefined, { cause: error })
    : error
}

/**
 * Unpacks the files below `top` of a `.tgz` into `out`, which must not exist.
 * @returns how many files it holds
 * @throws FormatError for a damaged archive and for links, devices and paths that lead elsewhere; nothing is left then
 * @throws UsageError where `out` exists
 */
export async function unpackTgz(archive: string, out: string, options: UnpackOptions): Promise<number> {
  if (await isThere(out)) throw new UsageError(`${out} exists; unpack into a new folder`)
  const source = createReadStream(archive)
  const unzip = source.pipe(createGunzip())
  source.on('error', (error) => unzip.destroy(error))
  // what fails before the first block is asked for is kept by the stream, and told to whoever asks
  unzip.on('error', () => undefined)
  try {
    await mkdir(dirname(out), { recursive: true })
    await using draft = await openDraftFolder(out)
    await using blocks = new Blocks(unzip, archive)
    const files = await unpackInto(draft.path, blocks, archive, options)
    if (files === 0) throw new DataError(`${archive} holds no files in ${options.top}`)
    await options.beforePlace?.(files)
    await draft.settle()
    return files
  } catch (error) {
    throw damaged(error, archive)
  } finally {
    source.destroy()
  }
}

const unpackInto = async (
  folder: string,
  blocks: Blocks,
  archive: string,
  { top, limit = usualLimit, signal, onProgress }: UnpackOptions,
): Promise<number> => {
  let files = 0
  let bytes = 0
  let longName: string | undefined
  const made = new Set<string>()
  for (;;) {
    signal?.throwIfAborted()
    const at = blocks.offset
    const header = readTarHeader(await blocks.exactly(tarBlock), archive, at)
    if (header === undefined) return files
    const padding = (tarBlock - (header.size % tarBlock)) % tarBlock
    if (header.kind !== 'file' && header.kind !== 'folder') {
      if (header.size > noteLimit) throw new FormatError(archive, 'the name of an entry is too long', at)
      const note = await blocks.exactly(header.size)
      await blocks.exactly(padding)
      if (header.kind === 'long name') longName = textUntilZero(note)
      if (header.kind !== 'attributes') continue
      const attributes = readTarAttributes(note, archive)
      if (attributes.has('size'))
        throw new FormatError(archive, 'files of 8 GiB and more are not unpacked', at)
      longName = attributes.get('path') ?? longName
      continue
    }
    const [first, ...inner] = safeTarPath(longName ?? header.path, archive)
    longName = undefined
    if (first !== top)
      throw new FormatError(archive, `expected one folder ${top}, got ${JSON.stringify(first)}`, at)
    bytes += header.size
    if (bytes > limit) throw new FormatError(archive, `expected at most ${limit} bytes in all`, at)
    if (header.kind === 'folder' || inner.length === 0) {
      if (header.size > 0) throw new FormatError(archive, 'a folder has content', at)
      continue
    }
    const target = join(folder, ...inner)
    if (!made.has(dirname(target))) {
      await mkdir(dirname(target), { recursive: true })
      made.add(dirname(target))
    }
    const handle = await open(target, 'wx').catch((cause: unknown) => {
      throw new FormatError(archive, `${JSON.stringify(inner.join('/'))} is there twice`, at, { cause })
    })
    try {
      await writeTo(handle, blocks.pieces(header.size))
    } finally {
      await handle.close()
    }
    await blocks.exactly(padding)
    files++
    onProgress?.(files)
  }
}

/** @file Output files that appear together and whole, or not at all: written under temporary names, renamed at the end. */
import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { bytesOf } from '../../base/bytes.ts'
import { UsageError } from '../../base/errors.ts'

/** A file being written from front to back. */
export interface OutputFile {
  /** Bytes given to `write` so far. */
  readonly position: number
  write(bytes: Uint8Array | string): Promise<void>
}

const flushAt = 2 ** 20

class BufferedOutput implements OutputFile {
  readonly temporary: string
  readonly #handle: FileHandle
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #position = 0

  constructor(temporary: string, handle: FileHandle) {
    this.temporary = temporary
    this.#handle = handle
  }

  get position(): number {
    return this.#position
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    const piece = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes
    this.#pending.push(piece)
    this.#pendingBytes += piece.length
    this.#position += piece.length
    if (this.#pendingBytes >= flushAt) await this.#flush()
  }

  async #flush(): Promise<void> {
    const pieces = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    for (const piece of pieces.length > 1 ? [Buffer.concat(pieces)] : pieces)
      await this.#handle.writeFile(bytesOf(piece))
  }

  async finish(): Promise<void> {
    await this.#flush()
    await this.#handle.sync()
    await this.#handle.close()
  }

  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {})
    await rm(this.temporary, { force: true })
  }
}

/**
 * Runs `work` with one output per path; afterwards all are renamed into place, or, if anything fails, removed.
 * @throws UsageError where a path exists and `overwrite` is not set
 */
export async function writeTogether<T>(
  paths: readonly string[],
  options: { readonly overwrite?: boolean },
  work: (output: (path: string) => OutputFile) => Promise<T>,
): Promise<T> {
  for (const path of paths) {
    const taken = await stat(path).catch(() => undefined)
    if (taken?.isDirectory() === true) throw new UsageError(`${path} is a folder, expected a file name`)
    if (taken !== undefined && options.overwrite !== true)
      throw new UsageError(`${path} exists; pass \`overwrite\` to replace it`)
  }
  const outputs = new Map<string, BufferedOutput>()
  try {
    for (const path of paths) {
      await mkdir(dirname(path), { recursive: true })
      const temporary = `${path}.${process.pid}.tmp`
      outputs.set(path, new BufferedOutput(temporary, await open(temporary, 'w')))
    }
    const result = await work((path) => {
      const output = outputs.get(path)
      if (output === undefined) throw new RangeError(`Expected one of the outputs, got ${path}`)
      return output
    })
    for (const output of outputs.values()) await output.finish()
    for (const [path, output] of outputs) await rename(output.temporary, path)
    return result
  } catch (error) {
    for (const output of outputs.values()) await output.abandon()
    throw error
  }
}

/** @file Output files that appear together and whole, or not at all: written under names of their own, put in place at the end. */
import { mkdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { bytesOf } from '../../base/bytes.ts'
import { UsageError } from '../../base/errors.ts'
import { type Draft, openDraft, sweepDrafts } from './draft.ts'
import type { LockedFolder } from './locked-folder.ts'
import { settleTogether } from './together.ts'

/** A file being written from front to back. */
export interface OutputFile {
  /** Bytes given to `write` so far. */
  readonly position: number
  write(bytes: Uint8Array | string): Promise<void>
}

const flushAt = 2 ** 20

class BufferedOutput implements OutputFile {
  readonly draft: Draft
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #position = 0

  constructor(draft: Draft) {
    this.draft = draft
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
      await this.draft.handle.writeFile(bytesOf(piece))
  }

  async finish(): Promise<void> {
    await this.#flush()
    await this.draft.finish()
  }
}

const checkFree = async (path: string, overwrite: boolean | undefined): Promise<void> => {
  const taken = await stat(path).catch(() => undefined)
  if (taken?.isDirectory() === true) throw new UsageError(`${path} is a folder, expected a file name`)
  // what is no file, a FIFO or a device, loses nothing
  if (taken?.isFile() === true && overwrite !== true)
    throw new UsageError(`${path} exists; give \`overwrite\` to replace it`)
}

/**
 * Runs `work` with one output per file of `folder`; afterwards all take their places, or, if anything fails, are removed.
 * @param paths the first is the file by which readers find the others
 * @throws UsageError where a path exists and `overwrite` is not set
 */
export async function writeTogether<T>(
  folder: LockedFolder,
  paths: readonly string[],
  options: { readonly overwrite?: boolean },
  work: (output: (path: string) => OutputFile) => Promise<T>,
): Promise<T> {
  for (const path of paths) await checkFree(folder.own(path), options.overwrite)
  const outputs = new Map<string, BufferedOutput>()
  try {
    for (const path of paths) outputs.set(path, new BufferedOutput(await openDraft(path)))
    const result = await work((path) => {
      const output = outputs.get(path)
      if (output === undefined) throw new RangeError(`Expected one of the outputs, got ${path}`)
      return output
    })
    for (const output of outputs.values()) await output.finish()
    const drafts = new Map([...outputs].map(([path, { draft }]) => [basename(path), draft]))
    await settleTogether(folder.path, drafts)
    return result
  } finally {
    for (const { draft } of outputs.values()) await draft[Symbol.asyncDispose]()
  }
}

/**
 * Runs `work` with the output `path`, which takes its place afterwards, or, if anything fails, is removed.
 * @throws UsageError where the path exists and `overwrite` is not set
 */
export async function writeAlone<T>(
  path: string,
  options: { readonly overwrite?: boolean },
  work: (output: OutputFile) => Promise<T>,
): Promise<T> {
  await checkFree(path, options.overwrite)
  await mkdir(dirname(path), { recursive: true })
  await sweepDrafts(dirname(path))
  await using draft = await openDraft(path)
  const output = new BufferedOutput(draft)
  const result = await work(output)
  await output.finish()
  await draft.settle()
  return result
}

/** @file Photographs one after the other, a few decoded ahead: as many as one likes in bounded memory. */
import { FormatError } from '../../base/errors.ts'
import type { NamedPhotograph } from '../../face/embedder.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { NamedFile } from '../faces/embed-files.ts'
import { readPhotograph } from './read-photograph.ts'

export interface PhotographsOptions {
  /** Photographs decoded ahead of the one in hand. @defaultValue 2 */
  readonly ahead?: number
  readonly decode?: DecodeImage
  readonly signal?: AbortSignal
}

const readOne = async ({ name, file }: NamedFile, decode?: DecodeImage): Promise<NamedPhotograph> => {
  try {
    return { name, ...(await readPhotograph(file, decode)) }
  } catch (error) {
    if (error instanceof FormatError) return { name, unreadable: error.reason }
    throw error
  }
}

/**
 * The photographs of the files, in their order; one that cannot be read comes with the reason instead of an image. At
 * no time are more than `ahead` + 1 decoded photographs held here.
 */
export async function* photographsOf(
  files: AsyncIterable<NamedFile> | Iterable<NamedFile>,
  { ahead = 2, decode, signal }: PhotographsOptions = {},
): AsyncGenerator<NamedPhotograph> {
  const queue: Promise<NamedPhotograph>[] = []
  for await (const file of files) {
    signal?.throwIfAborted()
    const read = readOne(file, decode)
    // an error is thrown when its turn comes
    read.catch(() => {})
    queue.push(read)
    const next = queue.length > ahead ? queue.shift() : undefined
    if (next !== undefined) yield await next
  }
  for (const next of queue) yield await next
}

/** @file Image files to templates, by a model's contract: decoded ahead, embedded in batches. */
import { DataError, FormatError } from '../../base/errors.ts'
import { counted } from '../../base/words.ts'
import { fuse, type TemplateSet } from '../../evaluate/features.ts'
import type { DecodeImage, Image, Size } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import type { PixelModel } from '../../model/templates.ts'
import { embedAhead } from '../../model/embed-ahead.ts'
import { decodeImage, readImage } from './decode.ts'

/** A file and the name its template gets. */
export interface NamedFile {
  readonly name: string
  readonly file: string
}

export interface EmbedFilesOptions {
  /** Images embedded at once. @defaultValue 32 */
  readonly batch?: number
  /** Images decoded at once. @defaultValue 4 */
  readonly concurrency?: number
  readonly decode?: DecodeImage
  /** Called for each file that cannot be read, which is then left out; without it such files are an error. */
  readonly onUnreadable?: (error: FormatError, name: string) => void
  /** Told the stored size of each image that was read. */
  readonly onSize?: (name: string, size: Size) => void
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** Templates of some of the files. */
export interface TemplatePiece {
  readonly names: readonly string[]
  /** [names.length, templateSize] */
  readonly data: Float32Array
  /** How long each was before it got length 1. */
  readonly lengths: Float64Array
}

const unreadableError = (errors: readonly FormatError[], total: number): DataError => {
  const [first] = errors
  if (errors.length === 1 && first !== undefined) return new DataError(first.message, { cause: first })
  const listed = errors.slice(0, 5).map((error) => error.message)
  return new DataError(
    `${errors.length} of ${counted(total, 'image')} cannot be read: ${listed.join('; ')}${errors.length > 5 ? '; …' : ''}`,
  )
}

/**
 * Templates in the order of the files, a batch at a time; the next batch is decoded while one is embedded.
 * @throws DataError naming the files that cannot be read, unless they are to be left out
 */
export async function* embedPieces(
  model: PixelModel & Pick<EmbeddingModel, 'contract'>,
  files: readonly NamedFile[],
  options: EmbedFilesOptions = {},
): AsyncGenerator<TemplatePiece> {
  const { onUnreadable, onSize, decode = decodeImage, ...ahead } = options
  const { contract } = model
  const errors: FormatError[] = []
  const read = async ({ name, file }: NamedFile): Promise<Image | undefined> => {
    try {
      const image = await readImage(file, decode)
      onSize?.(name, image)
      return image
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      if (onUnreadable === undefined) errors.push(error)
      else onUnreadable(error, name)
      return undefined
    }
  }
  const pieces = embedAhead(model, files, read, { ...ahead, mirror: contract.flip !== 'none' })
  for await (const { items, raw, mirrored } of pieces) {
    // once it is certain that nothing will come of it, further unreadable files are looked for
    if (errors.length > 0) continue
    const names = items.map(({ name }) => name)
    const lengths = new Float64Array(names.length)
    const nameOf = (row: number): string => names[row] ?? ''
    yield {
      names,
      data: fuse(raw, mirrored, contract.embeddingSize, contract.flip, nameOf, lengths),
      lengths,
    }
  }
  if (errors.length > 0) throw unreadableError(errors, files.length)
}

/** Templates of all files. @throws DataError naming the files that cannot be read, unless they are to be left out */
export async function embedFiles(
  model: PixelModel & Pick<EmbeddingModel, 'contract'>,
  files: readonly NamedFile[],
  options: EmbedFilesOptions = {},
): Promise<TemplateSet> {
  const size = model.contract.templateSize
  const names: string[] = []
  const data = new Float32Array(files.length * size)
  const lengths = new Float64Array(files.length)
  for await (const piece of embedPieces(model, files, options)) {
    data.set(piece.data, names.length * size)
    lengths.set(piece.lengths, names.length)
    names.push(...piece.names)
  }
  const count = names.length
  return { names, size, data: data.subarray(0, count * size), lengths: lengths.subarray(0, count) }
}

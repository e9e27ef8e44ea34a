/** @file Image files to templates, by a model's contract: decoded ahead, embedded in batches. */
import { mapBounded } from '../../base/concurrency.ts'
import { DataError, FormatError } from '../../base/errors.ts'
import { counted } from '../../base/words.ts'
import type { TemplateSet } from '../../evaluate/features.ts'
import type { DecodeImage, Image, Size } from '../../image/image.ts'
import { normalise } from '../../image/normalise.ts'
import { networkCrop } from '../../image/resample.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import type { PixelModel } from '../../model/templates.ts'
import { embedTemplates } from '../../model/templates.ts'
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

type Read = { readonly name: string } & (
  | { readonly kind: 'image'; readonly image: Image }
  | { readonly kind: 'unreadable'; readonly error: FormatError }
)

const readAll = async (
  files: readonly NamedFile[],
  size: Size,
  options: EmbedFilesOptions,
): Promise<readonly Read[]> =>
  mapBounded(files, options.concurrency ?? 4, async ({ name, file }): Promise<Read> => {
    options.signal?.throwIfAborted()
    try {
      const image = await readImage(file, options.decode ?? decodeImage)
      options.onSize?.(name, image)
      return { kind: 'image', name, image: networkCrop(image, size) }
    } catch (error) {
      if (error instanceof FormatError) return { kind: 'unreadable', name, error }
      throw error
    }
  })

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
  const { batch = 32, onUnreadable, onProgress, signal } = options
  const { contract } = model
  const read = (start: number): Promise<readonly Read[]> => {
    const some = readAll(files.slice(start, start + batch), contract.input, options)
    // read ahead: an error is thrown when its turn comes
    some.catch(() => {})
    return some
  }
  const errors: FormatError[] = []
  let next = read(0)
  for (let start = 0; start < files.length; start += batch) {
    const results = await next
    next = read(start + batch)
    signal?.throwIfAborted()
    const good = results.filter((result) => result.kind === 'image')
    for (const result of results) {
      if (result.kind === 'image') continue
      if (onUnreadable === undefined) errors.push(result.error)
      else onUnreadable(result.error, result.name)
    }
    // once it is certain that nothing will come of it, only look for further unreadable files
    if (errors.length === 0 && good.length > 0) {
      const names = good.map(({ name }) => name)
      const pixels = normalise(
        good.map(({ image }) => image),
        contract,
      )
      const lengths = new Float64Array(good.length)
      const nameOf = (row: number): string => names[row] ?? ''
      yield { names, data: await embedTemplates(model, pixels, good.length, nameOf, lengths), lengths }
    }
    onProgress?.(Math.min(start + batch, files.length), files.length)
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

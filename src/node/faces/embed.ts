/** @file Embeddings of images into a file, which appears only when it is complete. */
import { readFile, rm, stat } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import { bytesOf } from '../../base/bytes.ts'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { reasonOf } from '../../base/system-errors.ts'
import { imageFormatsOr } from '../../image/header.ts'
import { unalignedNote } from '../../data/looks-aligned.ts'
import type { Size } from '../../image/image.ts'
import type { EmbeddingModel, ModelContract } from '../../model/contract.ts'
import { npyHeader } from '../../tensor/npy.ts'
import { embedPieces } from './embed-files.ts'
import type { EmbedFilesOptions, NamedFile, TemplatePiece } from './embed-files.ts'
import { imagesBelow } from './folder-walk.ts'
import { type Draft, openDraft } from '../files/draft.ts'
import { lockPlace } from '../files/locked-folder.ts'
import { checkPlace, replaceFile } from '../files/replace-file.ts'

export interface EmbedToFileOptions extends Omit<EmbedFilesOptions, 'onUnreadable'> {
  /** Leave out images that cannot be read, and name them in the summary. @defaultValue false */
  readonly skipUnreadable?: boolean
  /** Told, in a sentence, what a killed command left and is taken over. */
  readonly onNote?: (text: string) => void
}

/** What was written. */
export interface EmbedSummary {
  readonly out: string
  /** For `.npy` the file that names its rows. */
  readonly names?: string
  readonly images: number
  readonly templateSize: number
  /** The model's id. */
  readonly model: string
  readonly skipped: readonly { readonly image: string; readonly reason: string }[]
  /** What to know about the images: links that lead nowhere, pictures that do not look aligned. */
  readonly notes: readonly string[]
}

/** Image files, and what was left out while looking for them, in words. */
export interface FoundImages {
  readonly files: readonly NamedFile[]
  readonly notes: readonly string[]
}

/**
 * The image files meant by files and folders: a folder stands for all images in it, at any depth, by code point. Links
 * are followed, circles of them broken; what is meant twice is taken once.
 * @throws UsageError where there is nothing, DataError where a folder holds no image
 */
export async function imageFiles(paths: readonly string[]): Promise<FoundImages> {
  const found = new Map<string, string>()
  const add = (file: string): void => {
    const place = resolve(file)
    if (!found.has(place)) found.set(place, file)
  }
  const notes: string[] = []
  for (const path of paths) {
    const kind = await stat(path).catch((cause: unknown) => {
      throw new UsageError(`There is no image or folder at ${path}`, { cause })
    })
    if (!kind.isDirectory()) {
      add(path)
      continue
    }
    const { images, notes: own } = await imagesBelow(path)
    if (images.length === 0) {
      const why = own[0] === undefined ? '' : `; ${own[0]}`
      throw new DataError(`There are no ${imageFormatsOr} images in ${path}${why}`)
    }
    notes.push(...own)
    for (const image of images) add(join(path, image))
  }
  return { files: [...found.values()].map((file) => ({ file, name: file.split(sep).join('/') })), notes }
}

const namesSchema = 'cosface-embeddings/1'

/** How a kind of file is written, piece by piece. */
interface Writer {
  readonly begin: Uint8Array
  readonly piece: (piece: TemplatePiece) => Uint8Array
  /** Written over the beginning at the end, when the number of rows is known. */
  readonly finish: (names: readonly string[]) => Uint8Array
}

/** The header of a safetensors file of one matrix; with `length`, padded to that. */
const safetensorsHeader = (
  { templateSize, id, flip }: ModelContract,
  names: readonly string[],
  length?: number,
): Uint8Array => {
  const metadata = { images: JSON.stringify(names), model: id, flip, schema: namesSchema }
  const end = 4 * names.length * templateSize
  const embeddings = { dtype: 'F32', shape: [names.length, templateSize], data_offsets: [0, end] }
  const text = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, embeddings }))
  const header = new Uint8Array(length ?? 8 + Math.ceil(text.length / 8) * 8).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(text, 8)
  return header
}

const writers: Readonly<Record<string, (contract: ModelContract, names: readonly string[]) => Writer>> = {
  '.npy': ({ templateSize }) => ({
    begin: npyHeader([0, templateSize]),
    piece: ({ data }) => bytesOf(data),
    finish: (names) => npyHeader([names.length, templateSize]),
  }),
  '.safetensors': (contract, names) => {
    // images that cannot be read leave it shorter; spaces fill it up
    const begin = safetensorsHeader(contract, names)
    return {
      begin,
      piece: ({ data }) => bytesOf(data),
      finish: (kept) => safetensorsHeader(contract, kept, begin.length),
    }
  },
  '.jsonl': ({ id, templateSize }) => ({
    begin: new Uint8Array(),
    piece: ({ names, data }) =>
      new TextEncoder().encode(
        names
          .map((image, row) => {
            const template = data.subarray(row * templateSize, (row + 1) * templateSize)
            return `${JSON.stringify({ image, model: id, template: [...template] })}\n`
          })
          .join(''),
      ),
    finish: () => new Uint8Array(),
  }),
}

const draftOf = async (out: string): Promise<Draft> =>
  openDraft(out).catch((cause: unknown) => {
    throw new UsageError(`${out} cannot be written (${reasonOf(cause)})`, { cause })
  })

/** The file of names takes the place of an earlier one, never of a file that is something else. */
const checkBeside = async (beside: string, out: string): Promise<void> => {
  await checkPlace(beside)
  const before = await readFile(beside, 'utf8').catch(() => undefined)
  if (before === undefined || before.slice(0, 200).includes(namesSchema)) return
  throw new UsageError(
    `${beside}, where the names of the rows go, holds something else; give ${out} another name`,
  )
}

/**
 * Embeds images and writes their templates: `.npy` with the names in a `.json` beside it, `.safetensors` with the names in its
 * metadata, or `.jsonl` with one image a line. All record the model's id.
 * @throws UsageError on another kind of file or a place that cannot be written
 * @throws DataError naming the images that cannot be read, unless they are to be left out; nothing is left behind then
 */
export async function embedToFile(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  paths: readonly string[],
  out: string,
  options: EmbedToFileOptions = {},
): Promise<EmbedSummary> {
  const { contract } = model
  const kind = extname(out).toLowerCase()
  const makeWriter = Object.hasOwn(writers, kind) ? writers[kind] : undefined
  if (makeWriter === undefined)
    throw new UsageError(`Expected \`out\` to end in ${Object.keys(writers).join(', ')}, got ${out}`)
  const beside = kind === '.npy' ? out.replace(/\.npy$/i, '.json') : undefined
  await checkPlace(out)
  await using lock = await lockPlace(out)
  if (lock.note !== undefined) options.onNote?.(lock.note)
  if (beside !== undefined) await checkBeside(beside, out)
  const { files, notes } = await imageFiles(paths)
  const sizes: { readonly name: string; readonly size: Size }[] = []
  const writer = makeWriter(
    contract,
    files.map(({ name }) => name),
  )
  const names: string[] = []
  const skipped: { image: string; reason: string }[] = []
  const { skipUnreadable, onNote: _, ...embedOptions } = options
  const pieces = embedPieces(model, files, {
    ...embedOptions,
    onSize: (name, size) => {
      sizes.push({ name, size })
    },
    ...(skipUnreadable === true
      ? { onUnreadable: ({ reason }, image) => skipped.push({ image, reason }) }
      : {}),
  })
  const { templateSize, id, flip } = contract
  await using draft = await draftOf(out)
  const { handle } = draft
  await handle.write(writer.begin)
  for await (const piece of pieces) {
    await handle.appendFile(writer.piece(piece))
    names.push(...piece.names)
  }
  if (names.length === 0) throw new DataError('None of the images can be read')
  await handle.write(writer.finish(names), 0, undefined, 0)
  await draft.finish()
  if (beside !== undefined) {
    const record = { schema: namesSchema, model: id, templateSize, flip, images: names }
    // names never stand beside templates of other images: killed here, there are none
    if ((await stat(out).catch(() => undefined))?.isFile() === true) await rm(out)
    await replaceFile(beside, `${JSON.stringify(record, null, 2)}\n`)
  }
  await draft.settle()
  const unaligned = unalignedNote(sizes)
  return {
    out,
    ...given({ names: beside }),
    images: names.length,
    templateSize,
    model: id,
    skipped,
    notes: [...notes, ...(unaligned === undefined ? [] : [unaligned])],
  }
}

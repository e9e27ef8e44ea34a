/** @file Embeddings made elsewhere, or by `cosface embed`: `.npy`, `.safetensors` or `.jsonl`, with the images their rows are of. */
import { stat } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { withoutLastSlashes } from '../../base/names.ts'
import { counted } from '../../base/words.ts'
import type { EmbeddingNames } from '../../data/lists/embeddings.ts'
import {
  parseEmbeddingLines,
  parseNamesMetadata,
  parseRowNames,
  parseRowRecord,
  recordedFlip,
} from '../../data/lists/embeddings.ts'
import { decodeText } from '../../data/lists/text.ts'
import type { FlipRule, TemplateSet } from '../../evaluate/features.ts'
import { normalizeRows } from '../../evaluate/features.ts'
import { commonFolder, withSlashes } from '../../evaluate/match-rows.ts'
import { decodeNpy } from '../../tensor/npy.ts'
import { decodeSafetensors } from '../../tensor/safetensors.ts'
import { readWholeFile } from '../files/record-file.ts'

/** Rows [N, size], each of length 1. */
export interface Embeddings {
  readonly file: string
  readonly size: number
  readonly data: Float32Array
  /** How long each row was in the file. */
  readonly lengths: Float64Array
  readonly count: number
  /** What each row is of; absent where no file says it, and rows go by their place. */
  readonly names?: readonly string[]
  /** The file that names the rows, where it is not the file of embeddings itself. */
  readonly namesFile?: string
  /** The id of the model, and its flip rule, where `cosface embed` recorded them. */
  readonly model?: string
  readonly flip?: FlipRule
}

type Read = Omit<Embeddings, 'file' | 'count' | 'lengths'>

/** Names of rows, and the file that holds them: messages about a name point there. */
export interface NamesFile extends EmbeddingNames {
  readonly namesFile: string
}

/** @param isNamed whether another file names the rows */
type Reader = (bytes: Uint8Array, file: string, isNamed: boolean) => Read | Promise<Read>

/** The names of rows, as JSON or one a line. @throws DataError, FormatError */
export async function readNames(path: string): Promise<NamesFile> {
  const parse = extname(path).toLowerCase() === '.json' ? parseRowRecord : parseRowNames
  return { ...parse(decodeText(await readWholeFile(path), path), path), namesFile: path }
}

/** Refuses names that are not as many as the rows. @throws DataError */
export function checkNames(names: readonly string[], namedBy: string, file: string, rows: number): void {
  if (names.length !== rows)
    throw new DataError(
      `${namedBy} names ${counted(names.length, 'image')}, ${file} holds ${counted(rows, 'embedding')}`,
    )
}

const matrix = (
  tensor: { readonly shape: readonly number[]; readonly data: Float32Array | Int32Array } | undefined,
  file: string,
): Pick<Read, 'size' | 'data'> => {
  const [rows, size, ...more] = tensor?.shape ?? []
  if (tensor === undefined || rows === undefined || size === undefined || more.length > 0 || size === 0)
    throw new FormatError(
      file,
      `expected one matrix [images, numbers], got ${tensor === undefined ? 'none' : `the shape [${tensor.shape.join(', ')}]`}`,
    )
  if (!(tensor.data instanceof Float32Array)) throw new FormatError(file, 'expected float32 numbers')
  return { size, data: tensor.data }
}

const readSafetensors = (bytes: Uint8Array, file: string): Read => {
  const { tensors, metadata } = decodeSafetensors(bytes, file)
  const matrices = [...tensors].filter(([, { shape }]) => shape.length === 2)
  const named = tensors.get('embeddings') ?? tensors.get('features')
  if (named === undefined && matrices.length > 1)
    throw new FormatError(
      file,
      `expected one matrix or one called embeddings, got ${matrices.map(([name]) => name).join(', ')}`,
    )
  const names = metadata['images'] ?? metadata['names']
  const listed = names === undefined ? undefined : parseNamesMetadata(names, file)
  return {
    ...matrix(named ?? matrices[0]?.[1], file),
    ...given({ names: listed, model: metadata['model'] }),
    ...recordedFlip(metadata['flip']),
  }
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() === true

/** What the record beside an `.npy` file says; undefined where there is none. @throws FormatError */
export async function namesBeside(file: string): Promise<NamesFile | undefined> {
  const beside = file.replace(/\.npy$/i, '.json')
  return (await exists(beside)) ? readNames(beside) : undefined
}

/** What is known of the rows of an `.npy` file: by `names` where that is given, else by the record beside it. @throws DataError, FormatError */
export async function namesOfRows(file: string, names?: string): Promise<NamesFile | undefined> {
  return names === undefined ? namesBeside(file) : readNames(names)
}

const readNpy: Reader = async (bytes, file, isNamed) => ({
  ...matrix(decodeNpy(bytes, file), file),
  // named elsewhere, whatever lies beside it may be of something else
  ...(isNamed ? {} : await namesBeside(file)),
})

const readers: Readonly<Record<string, Reader>> = {
  '.npy': readNpy,
  '.safetensors': readSafetensors,
  '.jsonl': (bytes, file) => parseEmbeddingLines(decodeText(bytes, file), file),
}

/** Whether a path is of a kind of file that embeddings come in. */
export function isEmbeddingFile(path: string): boolean {
  return Object.hasOwn(readers, extname(path).toLowerCase())
}

/**
 * Reads embeddings; `.npy` has its names in the `.json` that `cosface embed` writes beside it, or in `namesFile`.
 * @throws UsageError on another kind of file, FormatError where one is damaged, DataError on a row that is no direction (NaN, zero)
 */
export async function readEmbeddings(file: string, namesFile?: string): Promise<Embeddings> {
  const reader = readers[extname(file).toLowerCase()]
  if (!isEmbeddingFile(file) || reader === undefined)
    throw new UsageError(`Expected embeddings in .npy, .safetensors or .jsonl, got ${file}`)
  const bytes = await readWholeFile(file)
  if (bytes.length === 0) throw new FormatError(file, 'the file is empty')
  const read = {
    ...(await reader(bytes, file, namesFile !== undefined)),
    ...(namesFile === undefined ? {} : await readNames(namesFile)),
  }
  const count = read.size === 0 ? 0 : read.data.length / read.size
  if (count === 0) throw new FormatError(file, 'it holds no embeddings')
  const { names, namesFile: namedBy = file } = read
  if (names !== undefined) checkNames(names, namedBy, file, count)
  const lengths = new Float64Array(count)
  const nameOf = (row: number): string => names?.[row] ?? `row ${row + 1} of ${file}`
  const data = normalizeRows(read.data.slice(), read.size, nameOf, lengths)
  return { ...read, file, count, data, lengths }
}

/**
 * The names of rows relative to `images`, else to the folders they have in common: as lists name them.
 * @throws DataError where rows have no names
 */
export function relativeNames({ names, file }: Embeddings, images?: string): readonly string[] {
  if (names === undefined)
    throw new DataError(`${file} does not say which image each row is of; give --names with one name a line`)
  const slashed = withSlashes(names)
  const folder = images === undefined ? undefined : `${withoutLastSlashes(images.replace(/^\.\//, ''))}/`
  const isUnder = folder !== undefined && slashed.every((name) => name.startsWith(folder))
  const prefix = isUnder ? folder : commonFolder(slashed)
  return slashed.map((name) => name.slice(prefix.length))
}

/** Embeddings by `relativeNames`. @throws DataError where rows have no names, or one name two rows */
export function namedTemplates(embeddings: Embeddings, images?: string): TemplateSet {
  const { file, size, data, lengths } = embeddings
  const names = relativeNames(embeddings, images)
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw new DataError(`${file} has several rows of ${name}`)
    seen.add(name)
  }
  return { names, size, data, lengths }
}

/** What precomputed embeddings are, for the sentence of the protocol. */
export function featuresAsGiven({ file, flip }: Embeddings): string {
  return `embeddings of ${basename(file)} as given, normalised${flip === undefined ? '' : ` (flip ${flip} by its record)`}`
}

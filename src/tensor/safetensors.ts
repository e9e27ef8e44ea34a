/** @file The safetensors format: a JSON header with names, types, shapes and offsets, then the numbers. */
import { bytesOf, ByteReader, concatBytes } from '../base/bytes.ts'
import { FormatError } from '../base/errors.ts'
import type { RandomAccessFile } from '../base/random-access.ts'
import { sizeOf } from './tensor.ts'
import type { IntTensor, Tensor } from './tensor.ts'

/** Named tensors, and notes that travel with them. */
export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, Tensor | IntTensor>
  readonly metadata: Readonly<Record<string, string>>
}

type Make = (bytes: Uint8Array, shape: readonly number[]) => Tensor | IntTensor

const makers: Readonly<Record<string, Make>> = {
  F32: (bytes, shape) => ({
    shape,
    data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
  }),
  I32: (bytes, shape) => ({
    shape,
    data: new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
  }),
}

const metadataKey = '__metadata__'
// the reference implementation's own limit
const headerLimit = 100_000_000

/**
 * The file in pieces, header first, so that large tensors are written without being copied. Tensors lie in the map's
 * order; numbers start at a multiple of eight.
 */
export function safetensorsPieces(
  tensors: ReadonlyMap<string, Tensor | IntTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  let offset = 0
  const entries = [...tensors].map(([name, { shape, data }]): [string, object] => {
    if (name === metadataKey) throw new RangeError(`A tensor cannot be called ${metadataKey}`)
    const start = offset
    offset += data.byteLength
    const dtype = data instanceof Float32Array ? 'F32' : 'I32'
    return [name, { dtype, shape, data_offsets: [start, offset] }]
  })
  const notes: [string, object][] = Object.keys(metadata).length === 0 ? [] : [[metadataKey, metadata]]
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...notes, ...entries])))
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(text, 8)
  return [header, ...[...tensors.values()].map(({ data }) => bytesOf(data))]
}

/** Named tensors as a safetensors file. */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor | IntTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  return concatBytes(safetensorsPieces(tensors, metadata))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)

/** Bytes of each element type that the format knows. */
const elementSizes: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
}

/** One tensor as the header describes it. */
export interface SafetensorsEntry {
  readonly name: string
  /** `F32`, `BF16`, … */
  readonly dtype: string
  readonly shape: readonly number[]
  /** First byte and the one after the last, counted from the end of the header. */
  readonly start: number
  readonly end: number
}

type Fail = (reason: string) => FormatError

const entryOf = (name: string, value: unknown, fail: Fail): SafetensorsEntry => {
  if (!isObject(value)) throw fail(`the entry of ${name} is no object`)
  const { dtype, shape, data_offsets: offsets } = value
  const known = typeof dtype === 'string' && Object.hasOwn(elementSizes, dtype)
  const bytes = known ? elementSizes[dtype] : undefined
  if (!known || bytes === undefined)
    throw fail(`${name} has the type ${String(dtype)}; ${Object.keys(elementSizes).join(', ')} are known`)
  if (!isCounts(shape)) throw fail(`${name} has no valid shape`)
  const [start, end, ...more] = isCounts(offsets) ? offsets : []
  if (start === undefined || end === undefined || more.length > 0) throw fail(`${name} has no valid offsets`)
  if (end - start !== sizeOf(shape) * bytes) {
    throw fail(
      `${name} of shape [${shape.join(', ')}] takes ${sizeOf(shape) * bytes} bytes, its offsets give ${end - start}`,
    )
  }
  return { name, dtype, shape, start, end }
}

/** A header's tensors in the order in which they lie, one right after another. @throws FormatError */
const entriesOf = (header: Readonly<Record<string, unknown>>, fail: Fail): SafetensorsEntry[] => {
  const entries = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => entryOf(name, value, fail))
    .sort((a, b) => a.start - b.start || a.end - b.end)
  let next = 0
  for (const { name, start, end } of entries) {
    if (start !== next)
      throw fail(`${name} starts at ${start}, expected ${next}: tensors must lie one after another`)
    next = end
  }
  return entries
}

const metadataOf = (
  value: unknown,
  fail: (reason: string) => FormatError,
): Readonly<Record<string, string>> => {
  if (value === undefined) return {}
  if (!isObject(value)) throw fail(`${metadataKey} is no object`)
  const notes = Object.entries(value).map(([key, note]): [string, string] => {
    if (typeof note !== 'string') throw fail(`${metadataKey}.${key} is no text`)
    return [key, note]
  })
  return Object.fromEntries(notes)
}

const parseHeader = (text: Uint8Array, file: string): Readonly<Record<string, unknown>> => {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))
    if (isObject(header)) return header
  } catch (cause) {
    throw new FormatError(file, 'the header is no JSON', 8, { cause })
  }
  throw new FormatError(file, 'the header is no JSON object', 8)
}

/** The length of the header, which a file of `size` bytes begins with. @throws FormatError */
const headerLength = (start: Uint8Array, size: number, file: string): number => {
  const reader = new ByteReader(start, file)
  const isSwapped =
    start.length >= 8 && new DataView(start.buffer, start.byteOffset).getBigUint64(0) < BigInt(size)
  const swapped = isSwapped ? ' (the file is big-endian; safetensors is little-endian)' : ''
  const [low, high] = [reader.uint32(), reader.uint32()]
  const length = high * 2 ** 32 + low
  if (length > headerLimit)
    throw new FormatError(file, `a header of ${length} bytes is too long${swapped}`, 0)
  return length
}

const headerOf = (reader: ByteReader): Readonly<Record<string, unknown>> => {
  const length = headerLength(reader.take(8, 'length'), reader.bytes.length, reader.file)
  return parseHeader(reader.take(length, 'header'), reader.file)
}

/** A safetensors file whose tensors are read when they are asked for. */
export interface SafetensorsFile {
  readonly entries: readonly SafetensorsEntry[]
  /** Where the numbers begin in the file. */
  readonly dataStart: number
  readonly metadata: Readonly<Record<string, string>>
}

/** Reads the header of a file; nothing else is read or allocated. @throws FormatError as `decodeSafetensors` */
export async function openSafetensors(file: RandomAccessFile): Promise<SafetensorsFile> {
  const length = headerLength(await file.read(0, 8), file.size, file.name)
  const header = parseHeader(await file.read(8, length), file.name)
  const fail = (reason: string): FormatError => new FormatError(file.name, reason, 8)
  const entries = entriesOf(header, fail)
  const metadata = metadataOf(header[metadataKey], fail)
  const [dataStart, end] = [8 + length, entries.at(-1)?.end ?? 0]
  if (dataStart + end > file.size)
    throw new FormatError(
      file.name,
      `expected ${dataStart + end} bytes, the file has ${file.size}`,
      file.size,
    )
  if (dataStart + end < file.size)
    throw new FormatError(
      file.name,
      `${file.size - dataStart - end} bytes follow the last tensor`,
      dataStart + end,
    )
  return { entries, dataStart, metadata }
}

/**
 * Reads a safetensors file of F32 and I32 tensors, in the order in which they lie. Tensors are views of `bytes` where
 * their place allows it: do not write into them.
 * @throws FormatError on anything the format forbids: truncation, holes, overlaps, offsets that do not fit the shape
 */
export function decodeSafetensors(bytes: Uint8Array, file: string): SafetensorsContent {
  const reader = new ByteReader(bytes, file)
  const header = headerOf(reader)
  const fail = (reason: string): FormatError => new FormatError(file, reason, 8)
  const tensors = new Map<string, Tensor | IntTensor>()
  for (const { name, dtype, shape, start, end } of entriesOf(header, fail)) {
    const make = Object.hasOwn(makers, dtype) ? makers[dtype] : undefined
    if (make === undefined) throw fail(`${name} has the type ${dtype}; only F32 and I32 are read`)
    const place = reader.take(end - start, name)
    tensors.set(name, make(place.byteOffset % 4 === 0 ? place : place.slice(), shape))
  }
  if (reader.remaining > 0) throw reader.fail(`${reader.remaining} bytes follow the last tensor`)
  return { tensors, metadata: metadataOf(header[metadataKey], fail) }
}

/** @file NumPy's `.npy`: little-endian float32, row-major; nothing in it is ever executed. */
import { bytesOf, ByteReader, concatBytes } from '../base/bytes.ts'
import { FormatError } from '../base/errors.ts'
import { sizeOf, tensor } from './tensor.ts'
import type { Tensor } from './tensor.ts'

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const
const headerLimit = 65_535
const axesLimit = 32

/** The bytes before the numbers of a float32 array of this shape: format 1.0, the data aligned to 64 bytes. */
export function npyHeader(shape: readonly number[]): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${axes}), }`
  const start = magic.length + 4
  const total = Math.ceil((start + text.length + 1) / 64) * 64
  const header = new Uint8Array(total).fill(0x20)
  header.set([...magic, 1, 0])
  new DataView(header.buffer).setUint16(magic.length + 2, total - start, true)
  header.set(new TextEncoder().encode(text), start)
  header[total - 1] = 0x0a
  return header
}

/** A float32 array as an `.npy` file. */
export function encodeNpy({ shape, data }: Tensor): Uint8Array {
  return concatBytes([npyHeader(shape), bytesOf(data)])
}

const headerText = (reader: ByteReader): string => {
  if (!magic.every((byte) => byte === reader.uint8()))
    throw new FormatError(reader.file, 'not an .npy file', 0)
  const major = reader.uint8()
  reader.uint8()
  if (major < 1 || major > 3) throw reader.fail(`expected format 1, 2 or 3, got ${major}`)
  const length = major === 1 ? reader.uint16() : reader.uint32()
  if (length > headerLimit) throw reader.fail(`a header of ${length} bytes is too long`)
  return new TextDecoder().decode(reader.take(length, 'header'))
}

// the header is a Python literal; these are the only three keys the format knows
const fieldOf = (text: string, key: string, value: string): string | undefined =>
  new RegExp(`['"]${key}['"]\\s*:\\s*${value}`).exec(text)?.[1]

/** What an `.npy` file holds, and where its numbers begin. */
export interface NpyLayout {
  readonly shape: readonly number[]
  /** How many numbers the shape asks for. */
  readonly count: number
  /** Bytes before the numbers. */
  readonly start: number
}

/** The most bytes that stand before the numbers of an `.npy` file that is read here. */
export const npyHeaderLimit: number = magic.length + 6 + headerLimit

const layoutOf = (reader: ByteReader): NpyLayout => {
  const text = headerText(reader)
  const descr = fieldOf(text, 'descr', `['"]([^'"]*)['"]`)
  if (descr?.startsWith('>') === true)
    throw reader.fail(`expected little-endian float32 (<f4), got big-endian numbers (${descr})`)
  if (descr !== '<f4') throw reader.fail(`expected little-endian float32 (<f4), got ${descr ?? 'no type'}`)
  if (fieldOf(text, 'fortran_order', '(True|False)') !== 'False')
    throw reader.fail('expected row-major order')
  const axes = fieldOf(text, 'shape', '\\(([0-9, ]*)\\)')
  if (axes === undefined) throw reader.fail('expected a shape')
  const shape = axes.split(',').flatMap((axis) => (axis.trim() === '' ? [] : [Number(axis)]))
  const count = sizeOf(shape)
  if (shape.length > axesLimit || !Number.isSafeInteger(count * 4))
    throw reader.fail('the shape is too large')
  return { shape, count, start: reader.offset }
}

/**
 * Reads the header of an `.npy` file of little-endian float32, row-major, from its first bytes.
 * @throws FormatError on any other type or order
 */
export function readNpyLayout(bytes: Uint8Array, file: string): NpyLayout {
  return layoutOf(new ByteReader(bytes, file))
}

/**
 * Reads an `.npy` file of little-endian float32, row-major.
 * @throws FormatError on any other type or order, a wrong length, or a truncated file
 */
export function decodeNpy(bytes: Uint8Array, file: string): Tensor {
  const reader = new ByteReader(bytes, file)
  const { shape, count } = layoutOf(reader)
  if (reader.remaining !== count * 4) {
    throw reader.fail(
      `expected ${count * 4} bytes of numbers for the shape [${shape.join(', ')}], got ${reader.remaining}`,
    )
  }
  // copied, as the numbers need not lie on a multiple of four in what was read
  const numbers = reader.take(count * 4).slice()
  return tensor(shape, new Float32Array(numbers.buffer, numbers.byteOffset, count))
}

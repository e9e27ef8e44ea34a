/** @file NumPy's `.npy`: written as little-endian float32, row-major; other floats are read too. Nothing in it is ever executed. */
import { bytesOf, ByteReader, concatBytes } from '../base/bytes.ts'
import { FormatError, shown } from '../base/errors.ts'
import { halfToNumber } from '../base/half.ts'
import { npyHeaderFields } from './npy-header.ts'
import { sizeOf, stridesOf, tensor } from './tensor.ts'
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

/** What an `.npy` file holds, and where its numbers begin. */
export interface NpyLayout {
  readonly shape: readonly number[]
  /** How many numbers the shape asks for. */
  readonly count: number
  /** Bytes before the numbers. */
  readonly start: number
  readonly type: NpyType
  /** Whether the first axis runs fastest (Fortran's order), as a transposed array is saved. */
  readonly isColumnMajor: boolean
}

/** Floats of 2, 4 or 8 bytes, little-endian, by NumPy's names. */
export type NpyType = '<f2' | '<f4' | '<f8'

const readers: Readonly<Record<NpyType, (view: DataView, place: number) => number>> = {
  '<f2': (view, place) => halfToNumber(view.getUint16(2 * place, true)),
  '<f4': (view, place) => view.getFloat32(4 * place, true),
  '<f8': (view, place) => view.getFloat64(8 * place, true),
}

const headerKeys: ReadonlySet<string> = new Set(['descr', 'fortran_order', 'shape'])

const isNpyType = (descr: string): descr is NpyType => Object.hasOwn(readers, descr)

/** Bytes of a number. */
export function npyBytes(type: NpyType): number {
  return Number(type.slice(2))
}

/** What to do with an array that is not read. */
export const npyRemedy = "save it by np.save(file, np.ascontiguousarray(x, dtype='<f4'))"

/** The numbers as float32; those of `<f4` share the bytes where they lie on a multiple of four. */
export function npyNumbers(bytes: Uint8Array, type: NpyType): Float32Array {
  const count = bytes.length / npyBytes(type)
  if (type === '<f4' && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, count)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const numbers = new Float32Array(count)
  for (let place = 0; place < count; place++) numbers[place] = readers[type](view, place)
  return numbers
}

/** The most bytes that stand before the numbers of an `.npy` file that is read here. */
export const npyHeaderLimit: number = magic.length + 6 + headerLimit

const layoutOf = (reader: ByteReader): NpyLayout => {
  const text = headerText(reader)
  const fields = npyHeaderFields(text)
  if (fields === undefined) throw reader.fail('the header is not a dict of plain values')
  const strange = [...fields.keys()].find((key) => !headerKeys.has(key))
  if (strange !== undefined)
    throw reader.fail(`expected only descr, fortran_order and shape in the header, got ${shown(strange)}`)
  const descr = fields.get('descr')
  if (descr === undefined || !isNpyType(descr))
    throw reader.fail(
      `expected little-endian floats (<f2, <f4, <f8), got ${descr?.startsWith('>') === true ? 'big-endian numbers ' : ''}${descr?.slice(0, 40) ?? 'no type'}; ${npyRemedy}`,
    )
  const order = fields.get('fortran_order')
  if (order !== 'True' && order !== 'False') throw reader.fail('expected `fortran_order`, True or False')
  const axes = fields.get('shape')
  // Python 2 wrote lengths as 3L
  if (axes === undefined || !/^\((?:\d{1,15}L?,)*(?:\d{1,15}L?)?\)$/.test(axes))
    throw reader.fail('expected a shape')
  const shape = axes
    .slice(1, -1)
    .split(',')
    .flatMap((axis) => (axis === '' ? [] : [Number(axis.replace('L', ''))]))
  const count = sizeOf(shape)
  if (shape.length > axesLimit || !Number.isSafeInteger(count * 8))
    throw reader.fail('the shape is too large')
  return { shape, count, start: reader.offset, type: descr, isColumnMajor: order === 'True' }
}

/**
 * Reads the header of an `.npy` file of little-endian floats from its first bytes.
 * @throws FormatError on any other type
 */
export function readNpyLayout(bytes: Uint8Array, file: string): NpyLayout {
  return layoutOf(new ByteReader(bytes, file))
}

/**
 * Reads an `.npy` file of little-endian floats, of 2, 4 or 8 bytes, in either order of axes.
 * @throws FormatError on any other type, a wrong length, or a truncated file
 */
export function decodeNpy(bytes: Uint8Array, file: string): Tensor {
  const reader = new ByteReader(bytes, file)
  const { shape, count, type, isColumnMajor } = layoutOf(reader)
  const length = count * npyBytes(type)
  if (reader.remaining !== length) {
    throw reader.fail(
      `expected ${length} bytes of numbers for the shape [${shape.join(', ')}], got ${reader.remaining}`,
    )
  }
  // copied: what was read stays as it was, whatever happens to the tensor
  const numbers = npyNumbers(reader.take(length).slice(), type)
  return tensor(shape, isColumnMajor ? rowMajor(shape, numbers) : numbers)
}

/** Numbers whose first axis runs fastest, put so that the last one does. */
const rowMajor = (shape: readonly number[], numbers: Float32Array): Float32Array => {
  const theirs = stridesOf(shape.toReversed()).toReversed()
  const axes = stridesOf(shape).map((stride, axis) => ({ stride, their: theirs[axis] ?? 1 }))
  return numbers.map((_, place) => {
    let [rest, at] = [place, 0]
    for (const { stride, their } of axes) {
      at += Math.floor(rest / stride) * their
      rest %= stride
    }
    return numbers[at] ?? NaN
  })
}

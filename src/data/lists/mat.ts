/** @file MATLAB's level 5 files, as far as face lists need them: cells, structures, text and numbers, compressed or not. */
import { ByteReader } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'

/** A variable's value; elements run down the columns. */
export type MatValue =
  | { readonly kind: 'cell'; readonly shape: readonly number[]; readonly items: readonly MatValue[] }
  | {
      readonly kind: 'struct'
      readonly shape: readonly number[]
      /** Field by field, each with one value per element. */
      readonly fields: readonly (readonly [name: string, values: readonly MatValue[]])[]
    }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'numbers'; readonly shape: readonly number[]; readonly values: readonly number[] }

const typeCompressed = 15
const typeMatrix = 14
const classCell = 1
const classStruct = 2
const classText = 4
const depthLimit = 16
const inflatedLimit = 2 ** 28

/** Bytes and reading of each numeric element type. */
const numberTypes: Readonly<
  Record<number, readonly [size: number, read: (view: DataView, at: number) => number]>
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
  12: [8, (view, at) => Number(view.getBigInt64(at, true))],
  13: [8, (view, at) => Number(view.getBigUint64(at, true))],
  16: [1, (view, at) => view.getUint8(at)],
  17: [2, (view, at) => view.getUint16(at, true)],
}

interface Element {
  readonly type: number
  readonly data: Uint8Array
}

/** The next element; short ones hold type, length and data in eight bytes. */
const readElement = (reader: ByteReader): Element => {
  const word = reader.uint32()
  const short = word >>> 16
  if (short > 0) {
    if (short > 4) throw reader.fail(`a short element cannot have ${short} bytes`)
    return { type: word & 0xffff, data: reader.take(4).subarray(0, short) }
  }
  const length = reader.uint32()
  const data = reader.take(length, 'an element')
  if (word !== typeCompressed) reader.take(Math.min(reader.remaining, (8 - (length % 8)) % 8))
  return { type: word, data }
}

const numbersOf = (element: Element, reader: ByteReader): number[] => {
  const [size, read] = numberTypes[element.type] ?? []
  if (size === undefined || read === undefined)
    throw reader.fail(`elements of the type ${element.type} are not read`)
  const view = new DataView(element.data.buffer, element.data.byteOffset, element.data.byteLength)
  return Array.from({ length: Math.floor(element.data.length / size) }, (_, i) => read(view, i * size))
}

const asciiOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0[^]*$/, '')

interface Variable {
  readonly name: string
  readonly value: MatValue
}

const readMatrix = (data: Uint8Array, file: string, depth: number): Variable => {
  const reader = new ByteReader(data, file)
  if (depth > depthLimit) throw reader.fail('values are nested too deeply')
  if (data.length === 0) return { name: '', value: { kind: 'numbers', shape: [0, 0], values: [] } }
  const [flags = 0] = numbersOf(readElement(reader), reader)
  const shape = numbersOf(readElement(reader), reader)
  const name = asciiOf(readElement(reader).data)
  const count = shape.reduce((product, length) => product * length, 1)
  // no value takes less than eight bytes in cells and structures, or less than one otherwise
  if (!Number.isSafeInteger(count) || count < 0 || count > data.length)
    throw reader.fail(`${count} elements do not fit into ${data.length} bytes`)
  const next = (): MatValue => {
    const element = readElement(reader)
    if (element.type !== typeMatrix)
      throw reader.fail(`expected a value, got an element of type ${element.type}`)
    return readMatrix(element.data, file, depth + 1).value
  }
  const kind = flags & 0xff
  if (kind === classCell)
    return { name, value: { kind: 'cell', shape, items: Array.from({ length: count }, next) } }
  if (kind === classStruct) {
    const [width = 0] = numbersOf(readElement(reader), reader)
    const names = readElement(reader).data
    const length = width > 0 ? Math.floor(names.length / width) : 0
    if (length * count > data.length) throw reader.fail(`${length} fields do not fit`)
    const fields = Array.from({ length }, (_, i): [name: string, values: MatValue[]] => [
      asciiOf(names.subarray(i * width, (i + 1) * width)),
      [],
    ])
    // the file has them element by element
    for (let i = 0; i < count; i++) for (const [, values] of fields) values.push(next())
    return { name, value: { kind: 'struct', shape, fields } }
  }
  const numbers = numbersOf(readElement(reader), reader)
  if (kind === classText) {
    const text = numbers.map((code) => String.fromCharCode(code & 0xffff)).join('')
    return { name, value: { kind: 'text', text } }
  }
  if (kind < 6 || kind > 15) throw reader.fail(`values of the class ${kind} are not read`)
  return { name, value: { kind: 'numbers', shape, values: numbers } }
}

const inflate = async (data: Uint8Array, file: string): Promise<Uint8Array> => {
  const fail = (reason: string, cause?: unknown): FormatError =>
    new FormatError(file, reason, undefined, { cause })
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    const stream = new Blob([data.slice()]).stream().pipeThrough(new DecompressionStream('deflate'))
    for (const reader = stream.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.length
      if (length > inflatedLimit) throw fail(`a compressed value is larger than ${inflatedLimit} bytes`)
      pieces.push(value)
    }
  } catch (cause) {
    throw cause instanceof FormatError ? cause : fail('a compressed value is damaged', cause)
  }
  const result = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    result.set(piece, at)
    at += piece.length
  }
  return result
}

/** The variables of a level 5 file. @throws FormatError for other levels, foreign byte order, and damage */
export async function readMatFile(bytes: Uint8Array, file: string): Promise<ReadonlyMap<string, MatValue>> {
  const reader = new ByteReader(bytes, file)
  const head = asciiOf(reader.take(Math.min(116, bytes.length)))
  if (head.startsWith('MATLAB 7.3'))
    throw new FormatError(file, 'the file is of level 7.3 (HDF5); save it again with -v7', 0)
  reader.take(8, 'a header')
  const version = reader.uint16()
  const order = asciiOf(reader.take(2, 'a header'))
  if (order === 'MI')
    throw new FormatError(file, 'the file is big-endian; only little-endian MATLAB files are read', 126)
  if (version !== 0x0100 || order !== 'IM')
    throw new FormatError(file, 'expected a little-endian MATLAB file of level 5', 124)
  const variables = new Map<string, MatValue>()
  while (reader.remaining >= 8) {
    let element = readElement(reader)
    if (element.type === typeCompressed)
      element = readElement(new ByteReader(await inflate(element.data, file), file))
    if (element.type !== typeMatrix) continue
    const { name, value } = readMatrix(element.data, file, 0)
    variables.set(name, value)
  }
  return variables
}

/** @file MATLAB's level 5 files, as far as face lists need them: cells, structures, text and numbers, compressed or not. */
import { ByteReader, concatBytes, textUntilZero } from '../../base/bytes.ts'
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
  | { readonly kind: 'numbers'; readonly shape: readonly number[]; readonly values: ArrayLike<number> }

const typeCompressed = 15
const typeMatrix = 14
const classCell = 1
const classStruct = 2
const classText = 4
const depthLimit = 16
const axesLimit = 32
/** What all variables of a file together may take; the lists of the field take less than a hundredth. */
export interface MatLimits {
  /** Bytes that the compressed ones unfold to. @defaultValue 2^27 */
  readonly bytes: number
  /** Cells, elements of structures and fields. @defaultValue 2^19 */
  readonly values: number
}

const usualLimits: MatLimits = { bytes: 2 ** 27, values: 2 ** 19 }
/** Letters of one text. */
const textLimit = 2 ** 16

type Make = (buffer: ArrayBuffer) => ArrayLike<number>

/** Bytes of each numeric element type, and the numbers that they hold. */
const numberTypes: Readonly<Record<number, readonly [size: number, make: Make]>> = {
  1: [1, (buffer) => new Int8Array(buffer)],
  2: [1, (buffer) => new Uint8Array(buffer)],
  3: [2, (buffer) => new Int16Array(buffer)],
  4: [2, (buffer) => new Uint16Array(buffer)],
  5: [4, (buffer) => new Int32Array(buffer)],
  6: [4, (buffer) => new Uint32Array(buffer)],
  7: [4, (buffer) => new Float32Array(buffer)],
  9: [8, (buffer) => new Float64Array(buffer)],
  12: [8, (buffer) => Float64Array.from(new BigInt64Array(buffer), Number)],
  13: [8, (buffer) => Float64Array.from(new BigUint64Array(buffer), Number)],
  16: [1, (buffer) => new Uint8Array(buffer)],
  17: [2, (buffer) => new Uint16Array(buffer)],
}

/** What a whole file may still take, whichever of its variables takes it. */
class Budget {
  readonly limits: MatLimits
  #values = 0
  #bytes = 0

  constructor(limits: MatLimits) {
    this.limits = limits
  }

  /** Whether so many bytes more are within the limit. */
  hasBytes(count: number): boolean {
    return this.#bytes + count <= this.limits.bytes
  }

  takeBytes(count: number): void {
    this.#bytes += count
  }

  /** @throws FormatError */
  takeValues(count: number, reader: ByteReader): void {
    this.#values += count
    if (this.#values > this.limits.values)
      throw reader.fail(`the file holds more than ${this.limits.values} values`)
  }
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

/** The numbers of an element, in the type that they have in the file: never more bytes than they take there. */
const numbersOf = ({ type, data }: Element, reader: ByteReader): ArrayLike<number> => {
  const [size, make] = numberTypes[type] ?? []
  if (size === undefined || make === undefined) throw reader.fail(`elements of the type ${type} are not read`)
  return make(data.slice(0, data.length - (data.length % size)).buffer)
}

/** The first number of an element. */
const firstOf = (element: Element, reader: ByteReader): number =>
  numbersOf({ ...element, data: element.data.subarray(0, 8) }, reader)[0] ?? 0

interface Variable {
  readonly name: string
  readonly value: MatValue
}

const readMatrix = (data: Uint8Array, file: string, budget: Budget, depth = 0): Variable => {
  const reader = new ByteReader(data, file)
  if (depth > depthLimit) throw reader.fail('values are nested too deeply')
  if (data.length === 0) return { name: '', value: { kind: 'numbers', shape: [0, 0], values: [] } }
  const flags = firstOf(readElement(reader), reader)
  const lengths = numbersOf(readElement(reader), reader)
  if (lengths.length > axesLimit) throw reader.fail(`${lengths.length} axes are more than ${axesLimit}`)
  const shape = Array.from(lengths)
  const name = textUntilZero(readElement(reader).data)
  const count = shape.reduce((product, length) => product * length, 1)
  // no value takes less than eight bytes in cells and structures, or less than one otherwise
  if (!Number.isSafeInteger(count) || count < 0 || count > data.length)
    throw reader.fail(`${count} elements do not fit into ${data.length} bytes`)
  const next = (): MatValue => {
    const element = readElement(reader)
    if (element.type !== typeMatrix)
      throw reader.fail(`expected a value, got an element of type ${element.type}`)
    return readMatrix(element.data, file, budget, depth + 1).value
  }
  const kind = flags & 0xff
  if (kind === classCell) {
    budget.takeValues(count, reader)
    return { name, value: { kind: 'cell', shape, items: Array.from({ length: count }, next) } }
  }
  if (kind === classStruct) {
    const width = firstOf(readElement(reader), reader)
    const names = readElement(reader).data
    const length = width > 0 ? Math.floor(names.length / width) : 0
    if (length * count > data.length) throw reader.fail(`${length} fields do not fit`)
    budget.takeValues(length * (count + 1), reader)
    const fields = Array.from({ length }, (_, i): [name: string, values: MatValue[]] => [
      textUntilZero(names.subarray(i * width, (i + 1) * width)),
      [],
    ])
    // the file has them element by element
    for (let i = 0; i < count; i++) for (const [, values] of fields) values.push(next())
    return { name, value: { kind: 'struct', shape, fields } }
  }
  const numbers = numbersOf(readElement(reader), reader)
  if (kind === classText) {
    if (numbers.length > textLimit) throw reader.fail(`a text of ${numbers.length} letters is too long`)
    const text = Array.from(numbers, (code) => String.fromCharCode(code & 0xffff)).join('')
    return { name, value: { kind: 'text', text } }
  }
  if (kind < 6 || kind > 15) throw reader.fail(`values of the class ${kind} are not read`)
  return { name, value: { kind: 'numbers', shape, values: numbers } }
}

const inflate = async (data: Uint8Array, file: string, budget: Budget): Promise<Uint8Array> => {
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
      if (!budget.hasBytes(length))
        throw fail(`the compressed variables together are larger than ${budget.limits.bytes} bytes`)
      pieces.push(value)
    }
  } catch (cause) {
    throw cause instanceof FormatError ? cause : fail('a compressed value is damaged', cause)
  }
  budget.takeBytes(length)
  return concatBytes(pieces)
}

/** The variables of a level 5 file. @throws FormatError for other levels, foreign byte order, damage, and more than `limits` */
export async function readMatFile(
  bytes: Uint8Array,
  file: string,
  limits: MatLimits = usualLimits,
): Promise<ReadonlyMap<string, MatValue>> {
  const reader = new ByteReader(bytes, file)
  const head = textUntilZero(reader.take(Math.min(116, bytes.length)))
  if (head.startsWith('MATLAB 7.3'))
    throw new FormatError(file, 'the file is of level 7.3 (HDF5); save it again with -v7', 0)
  reader.take(8, 'a header')
  const version = reader.uint16()
  const order = textUntilZero(reader.take(2, 'a header'))
  if (order === 'MI')
    throw new FormatError(file, 'the file is big-endian; only little-endian MATLAB files are read', 126)
  if (version !== 0x0100 || order !== 'IM')
    throw new FormatError(file, 'expected a little-endian MATLAB file of level 5', 124)
  const variables = new Map<string, MatValue>()
  const budget = new Budget(limits)
  while (reader.remaining >= 8) {
    let element = readElement(reader)
    if (element.type === typeCompressed)
      element = readElement(new ByteReader(await inflate(element.data, file, budget), file))
    if (element.type !== typeMatrix) continue
    const { name, value } = readMatrix(element.data, file, budget)
    variables.set(name, value)
  }
  return variables
}

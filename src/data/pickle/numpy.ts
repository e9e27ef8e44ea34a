/** @file NumPy's arrays and numbers inside pickles, in the spellings of NumPy 1 and 2 and of all protocols. */
import { FormatError } from '../../base/errors.ts'
import { halfToNumber } from '../../base/half.ts'
import type { PickleCall, PickleValue } from './values.ts'
import { asBytes, asCount, asItems, asText, pickleKind } from './values.ts'

const modules = ['numpy.core', 'numpy._core'] as const

/** What a pickle with NumPy arrays may name. */
export const numpyNames: readonly string[] = [
  'numpy ndarray',
  'numpy dtype',
  ...modules.flatMap((module) => [
    `${module}.multiarray _reconstruct`,
    `${module}.multiarray scalar`,
    `${module}.numeric _frombuffer`,
  ]),
]

/** Elements as they lie in memory, row-major and little-endian; `items` instead of `data` for arrays of Python objects. */
export interface PickledArray {
  /** NumPy's letter and byte count: `u1`, `f4`, `b1`, `O8`. */
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: Uint8Array
  readonly items?: readonly PickleValue[]
}

const callOf = (value: PickleValue | undefined): PickleCall | undefined =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'call' ? value : undefined

const argumentsOf = (call: PickleCall | undefined, name: string): readonly PickleValue[] | undefined =>
  modules.some((module) => call?.name === `${module}.${name}`) ? call?.args : undefined

type Read = (view: DataView, at: number) => number

/** Bytes and reading of each element type, little-endian. */
const elementTypes: Readonly<Record<string, readonly [width: number, read: Read]>> = {
  b1: [1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
  u1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u2: [2, (view, at) => view.getUint16(at, true)],
  i2: [2, (view, at) => view.getInt16(at, true)],
  u4: [4, (view, at) => view.getUint32(at, true)],
  i4: [4, (view, at) => view.getInt32(at, true)],
  u8: [8, (view, at) => Number(view.getBigUint64(at, true))],
  i8: [8, (view, at) => Number(view.getBigInt64(at, true))],
  f2: [2, (view, at) => halfToNumber(view.getUint16(at, true))],
  f4: [4, (view, at) => view.getFloat32(at, true)],
  f8: [8, (view, at) => view.getFloat64(at, true)],
}

const widthOf = (dtype: string): number => elementTypes[dtype]?.[0] ?? 0

/** The numbers of an array, row by row; undefined for one of Python objects. */
export function arrayNumbers({ dtype, data }: PickledArray): readonly number[] | undefined {
  const [width, read] = (Object.hasOwn(elementTypes, dtype) ? elementTypes[dtype] : undefined) ?? []
  if (width === undefined || read === undefined) return undefined
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  return Array.from({ length: data.length / width }, (_, i) => read(view, i * width))
}

const readDtype = (value: PickleValue | undefined, file: string): string => {
  const call = callOf(value)
  const name = call?.name === 'numpy dtype' ? asText(call.args[0]) : undefined
  if (call === undefined || name === undefined)
    throw new FormatError(file, 'expected an element type of NumPy')
  const order = asText(asItems(call.state)?.[1])
  if (order === '>') throw new FormatError(file, 'expected little-endian elements, got big-endian ones')
  if (name !== 'O8' && !Object.hasOwn(elementTypes, name))
    throw new FormatError(file, `elements of the type ${name.slice(0, 20)} are not read`)
  return name
}

const build = (
  dtype: string,
  shapeValue: PickleValue | undefined,
  dataValue: PickleValue | undefined,
  isFortran: boolean,
  file: string,
): PickledArray => {
  const shape = (asItems(shapeValue) ?? []).map((length) => asCount(length, file, 'a length'))
  const count = shape.reduce((product, length) => product * length, 1)
  if (isFortran && shape.length > 1)
    throw new FormatError(file, 'expected row-major elements, got column-major ones')
  const items = dtype === 'O8' ? asItems(dataValue) : undefined
  if (dtype === 'O8') {
    if (items?.length !== count) throw new FormatError(file, `expected ${count} elements of an array`)
    return { dtype, shape, data: new Uint8Array(0), items }
  }
  const data = asBytes(dataValue)
  const bytes = count * widthOf(dtype)
  if (data?.length !== bytes)
    throw new FormatError(
      file,
      `expected ${bytes} bytes of an array [${shape.join(', ')}], got ${data?.length ?? 'none'}`,
    )
  return { dtype, shape, data }
}

/** The array a value stands for, or undefined where it is none. @throws FormatError where it is a broken one */
export function asArray(value: PickleValue | undefined, file: string): PickledArray | undefined {
  const call = callOf(value)
  if (call !== undefined && argumentsOf(call, 'multiarray _reconstruct') !== undefined) {
    const state = asItems(call.state) ?? []
    // the first of five is a version; the oldest files have no such
    const [shape, dtype, fortran, data] = state.length === 5 ? state.slice(1) : state
    return build(readDtype(dtype, file), shape, data, fortran === true || fortran === 1, file)
  }
  const buffer = argumentsOf(call, 'numeric _frombuffer')
  if (buffer !== undefined) {
    const [data, dtype, shape, order] = buffer
    return build(readDtype(dtype, file), shape, data, asText(order) === 'F', file)
  }
  const scalar = argumentsOf(call, 'multiarray scalar')
  if (scalar !== undefined) {
    const [dtype, data] = scalar
    return build(readDtype(dtype, file), { kind: 'tuple', items: [] }, data, false, file)
  }
  return undefined
}

/** A truth value, of Python or NumPy, or 0 and 1 in any type of number. @throws FormatError for anything else */
export function asTruth(value: PickleValue | undefined, file: string): boolean {
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  const array = asArray(value, file)
  const [number, ...more] = array === undefined ? [] : (arrayNumbers(array) ?? [])
  if (array?.shape.length === 0 && more.length === 0 && (number === 0 || number === 1)) return number === 1
  throw new FormatError(
    file,
    `expected True or False, got ${value === undefined ? 'nothing' : pickleKind(value)}`,
  )
}

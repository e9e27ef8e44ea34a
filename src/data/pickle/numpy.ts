/** @file NumPy's arrays and numbers inside pickles, in the spellings of NumPy 1 and 2 and of all protocols. */
import { FormatError } from '../../base/errors.ts'
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

const widths: Readonly<Record<string, number>> = {
  b1: 1,
  u1: 1,
  i1: 1,
  u2: 2,
  i2: 2,
  u4: 4,
  i4: 4,
  u8: 8,
  i8: 8,
  f2: 2,
  f4: 4,
  f8: 8,
}

const readDtype = (value: PickleValue | undefined, file: string): string => {
  const call = callOf(value)
  const name = call?.name === 'numpy dtype' ? asText(call.args[0]) : undefined
  if (call === undefined || name === undefined)
    throw new FormatError(file, 'expected an element type of NumPy')
  const order = asText(asItems(call.state)?.[1])
  if (order === '>') throw new FormatError(file, 'expected little-endian elements, got big-endian ones')
  if (name !== 'O8' && !Object.hasOwn(widths, name))
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
  const bytes = count * (widths[dtype] ?? 0)
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

/** A truth value, of Python or NumPy, or 0 and 1. @throws FormatError for anything else */
export function asTruth(value: PickleValue | undefined, file: string): boolean {
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  const array = asArray(value, file)
  if (array !== undefined && array.shape.length === 0 && /^[bui]/.test(array.dtype)) {
    const [low = 0, ...rest] = array.data
    if (low <= 1 && rest.every((byte) => byte === 0)) return low === 1
  }
  throw new FormatError(
    file,
    `expected True or False, got ${value === undefined ? 'nothing' : pickleKind(value)}`,
  )
}

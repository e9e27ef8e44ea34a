/** @file Element types of PyTorch's storages, and their reading as float32. */
import { halfToNumber } from '../../base/half.ts'

/** An element type: bytes each, and its value at a byte offset. */
export interface ElementType {
  readonly name: string
  readonly size: number
  readonly read: (view: DataView, at: number) => number
}

const scratch = new DataView(new ArrayBuffer(4))

/** bfloat16 (the upper half of a float32) as a number. */
export function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits * 65_536)
  return scratch.getFloat32(0)
}

const types: readonly (readonly [storage: string, dtype: string, size: number, read: ElementType['read']])[] =
  [
    ['FloatStorage', 'float32', 4, (view, at) => view.getFloat32(at, true)],
    ['DoubleStorage', 'float64', 8, (view, at) => view.getFloat64(at, true)],
    ['HalfStorage', 'float16', 2, (view, at) => halfToNumber(view.getUint16(at, true))],
    ['BFloat16Storage', 'bfloat16', 2, (view, at) => bfloatToNumber(view.getUint16(at, true))],
    ['LongStorage', 'int64', 8, (view, at) => Number(view.getBigInt64(at, true))],
    ['IntStorage', 'int32', 4, (view, at) => view.getInt32(at, true)],
    ['ShortStorage', 'int16', 2, (view, at) => view.getInt16(at, true)],
    ['CharStorage', 'int8', 1, (view, at) => view.getInt8(at)],
    ['ByteStorage', 'uint8', 1, (view, at) => view.getUint8(at)],
    ['BoolStorage', 'bool', 1, (view, at) => (view.getUint8(at) === 0 ? 0 : 1)],
  ]

/** By the name a pickle gives the storage, `torch FloatStorage`. */
export const storageTypes: ReadonlyMap<string, ElementType> = new Map(
  types.map(([storage, name, size, read]) => [`torch ${storage}`, { name, size, read }]),
)

/** By the name a pickle gives the element type, `torch float32`. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map(
  types.map(([, name, size, read]) => [`torch ${name}`, { name, size, read }]),
)

const safetensorsNames: Readonly<Record<string, string>> = {
  F32: 'float32',
  F64: 'float64',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}

/** By the name safetensors gives the element type, `F32`. */
export const safetensorsTypes: ReadonlyMap<string, ElementType> = new Map(
  Object.entries(safetensorsNames).flatMap(([ours, name]) => {
    const type = elementTypes.get(`torch ${name}`)
    return type === undefined ? [] : [[ours, type] as const]
  }),
)

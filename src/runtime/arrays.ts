/** @file Arrays that runtimes read and write: always over an `ArrayBuffer` of their own, which never moves. */
import { type DType, sizeOf } from '../tensor/tensor.ts'
import type { DriverArray } from './driver.ts'

/** The bytes of one element as runtimes store it. */
export const bytesOf: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 }

const views: Readonly<Record<DType, (buffer: ArrayBuffer) => DriverArray>> = {
  float32: (buffer) => new Float32Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
}

/**
 * A zeroed array for `length` elements. A typed array made without a buffer may live on the engine's own heap,
 * where it can move while a runtime on another thread writes to it; an `ArrayBuffer` stays.
 */
export function allocate(dtype: DType, length: number): DriverArray {
  return views[dtype](new ArrayBuffer(length * bytesOf[dtype]))
}

/** A zeroed float array with memory of its own. */
export function allocateFloats(length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(new ArrayBuffer(length * 4))
}

/** The dtype that goes with an array. */
export function dtypeOf(array: DriverArray): DType {
  return array instanceof Float32Array ? 'float32' : array instanceof Int32Array ? 'int32' : 'bool'
}

/**
 * `shape` with its open length (−1), if any, filled in from the number of elements.
 * @throws RangeError where the elements do not fit
 */
export function resolveShape(name: string, shape: readonly number[], length: number): readonly number[] {
  const open = shape.indexOf(-1)
  if (open < 0) {
    if (sizeOf(shape) !== length) throw wrongLength(name, shape, length)
    return shape
  }
  const rest = shape.reduce((product, extent, axis) => (axis === open ? product : product * extent), 1)
  const extent = rest === 0 ? 0 : length / rest
  if (!Number.isInteger(extent) || rest < 0) throw wrongLength(name, shape, length)
  return shape.with(open, extent)
}

function wrongLength(name: string, shape: readonly number[], length: number): RangeError {
  return new RangeError(`Expected elements for \`${name}\` of shape [${shape.join(', ')}], got ${length}`)
}

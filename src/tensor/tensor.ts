/** @file Tensors on the host: a flat array and a shape, row-major. */

/** Element types of host tensors and graph values. */
export type DType = 'float32' | 'int32' | 'bool'

/** A host tensor of floats, row-major. */
export interface Tensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** A host tensor of integers, row-major. */
export interface IntTensor {
  readonly shape: readonly number[]
  readonly data: Int32Array
}

/** The number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** A tensor over `data`. @throws RangeError where the length does not fit the shape. */
export function tensor(shape: readonly number[], data: Float32Array): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(
      `Expected ${sizeOf(shape)} elements for the shape [${shape.join(', ')}], got ${data.length}`,
    )
  }
  return { shape, data }
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float32Array(sizeOf(shape)) }
}

/** The distance in elements between neighbours along each axis. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1)
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1)
  return strides
}

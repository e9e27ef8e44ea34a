/** @file Where a tensor's numbers lie in each layout, and the host's way between them. */
import { atOnce, type Pieces } from '../base/breather.ts'
import { sizeOf, type Tensor } from '../tensor/tensor.ts'
import type { Layout } from './plan.ts'

/** Whether a tensor of this shape can take `layout` with blocks of `blockSize`. */
export function layoutFits(shape: readonly number[], layout: Layout, blockSize: number): boolean {
  if (layout === 'plain') return true
  if (blockSize <= 1 || shape.length !== 4) return false
  const [first = 0, second = 0] = shape
  return second % blockSize === 0 && (layout === 'blocked' || first % blockSize === 0)
}

/** A reordering of axes: the tensor is seen as `shape` and its axes are permuted. */
export interface Reordering {
  readonly shape: readonly number[]
  readonly permutation: readonly number[]
}

/** How `layout` comes from the plain one. */
export function reorderingTo(shape: readonly number[], layout: Layout, block: number): Reordering {
  const [a = 1, b = 1, h = 1, w = 1] = shape
  return layout === 'blocked'
    ? { shape: [a, b / block, block, h, w], permutation: [0, 1, 3, 4, 2] }
    : { shape: [a / block, block, b / block, block, h, w], permutation: [0, 2, 4, 5, 3, 1] }
}

/** The way back to the plain layout. */
export function inverse({ shape, permutation }: Reordering): Reordering {
  return {
    shape: permutation.map((axis) => shape[axis] ?? 1),
    permutation: permutation.map((_, axis) => permutation.indexOf(axis)),
  }
}

// numbers moved between two rests: a millisecond or two
const piece = 1 << 17

function* reorder(target: Float32Array, data: Float32Array, to: Reordering): Pieces<Float32Array> {
  const { shape, permutation } = to
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  // the fastest first
  const axes = permutation
    .map((axis) => ({ length: shape[axis] ?? 1, step: strides[axis] ?? 1, at: 0 }))
    .reverse()
  const [{ length: inner, step } = { length: 1, step: 1 }, ...others] = axes
  let from = 0
  let rested = 0
  for (let at = 0; at < data.length; at += inner) {
    if (at - rested >= piece) {
      rested = at
      yield
    }
    for (let i = 0; i < inner; i++) target[at + i] = data[from + i * step] ?? NaN
    for (const axis of others) {
      from += axis.step
      if (++axis.at < axis.length) break
      from -= axis.length * axis.step
      axis.at = 0
    }
  }
  return target
}

function* copy(target: Float32Array, data: Float32Array): Pieces<Float32Array> {
  for (let at = 0; at < data.length; at += piece) {
    if (at > 0) yield
    target.set(data.subarray(at, at + piece), at)
  }
  return target
}

const checked = (shape: readonly number[], layout: Layout, blockSize: number): void => {
  if (!layoutFits(shape, layout, blockSize)) {
    throw new RangeError(
      `the shape [${shape.join(', ')}] has no ${layout} layout with blocks of ${blockSize}`,
    )
  }
}

/** Writes the numbers of a canonical tensor into `target` in `layout`. @throws RangeError before anything is written */
export function packing(
  target: Float32Array,
  { shape, data }: Tensor,
  layout: Layout,
  blockSize: number,
): Pieces<Float32Array> {
  checked(shape, layout, blockSize)
  return layout === 'plain'
    ? copy(target, data)
    : reorder(target, data, reorderingTo(shape, layout, blockSize))
}

/** Writes numbers kept in `layout` into `target` in canonical order. @throws RangeError before anything is written */
export function unpacking(
  target: Float32Array,
  data: Float32Array,
  shape: readonly number[],
  layout: Layout,
  blockSize: number,
): Pieces<Float32Array> {
  checked(shape, layout, blockSize)
  return layout === 'plain'
    ? copy(target, data)
    : reorder(target, data, inverse(reorderingTo(shape, layout, blockSize)))
}

/** The numbers of a canonical tensor in `layout`; the tensor's own array where that is `plain`. @throws RangeError */
export function packLayout(tensor: Tensor, layout: Layout, blockSize: number): Float32Array {
  if (layout === 'plain') return tensor.data
  return atOnce(packing(new Float32Array(tensor.data.length), tensor, layout, blockSize))
}

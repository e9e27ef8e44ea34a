/** @file Convolution's three passes written out as loops, all from one walk over the products. */
import { sizeOf } from '../tensor/tensor.ts'
import type { HostValue } from './host-value.ts'
import type { Convolution } from './value.ts'

/** Calls `visit` with the flat indices of every product x·w that adds to y. */
const everyProduct = (
  xShape: readonly number[],
  wShape: readonly number[],
  yShape: readonly number[],
  { stride, padding }: Convolution,
  visit: (x: number, w: number, y: number) => void,
): void => {
  const [batch, inputs, height, width] = [xShape[0]!, xShape[1]!, xShape[2]!, xShape[3]!]
  const [outputs, kernel] = [wShape[0]!, wShape[2]!]
  const [rows, columns] = [yShape[2]!, yShape[3]!]
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) {
          const y = ((n * outputs + o) * rows + r) * columns + c
          for (let i = 0; i < inputs; i++)
            for (let p = 0; p < kernel; p++) {
              const row = r * stride + p - padding
              if (row < 0 || row >= height) continue
              for (let q = 0; q < kernel; q++) {
                const column = c * stride + q - padding
                if (column < 0 || column >= width) continue
                visit(
                  ((n * inputs + i) * height + row) * width + column,
                  ((o * inputs + i) * kernel + p) * kernel + q,
                  y,
                )
              }
            }
        }
}

/** x [N, I, H, W] ⋆ w [O, I, k, k]. */
export function convolution(
  x: HostValue,
  w: HostValue,
  shape: readonly number[],
  how: Convolution,
): Float64Array {
  const y = new Float64Array(sizeOf(shape))
  everyProduct(x.shape, w.shape, shape, how, (a, b, c) => (y[c]! += x.data[a]! * w.data[b]!))
  return y
}

/** The gradient with respect to x, of shape `shape`. */
export function convolutionInputGradient(
  dy: HostValue,
  w: HostValue,
  shape: readonly number[],
  how: Convolution,
): Float64Array {
  const dx = new Float64Array(sizeOf(shape))
  everyProduct(shape, w.shape, dy.shape, how, (a, b, c) => (dx[a]! += dy.data[c]! * w.data[b]!))
  return dx
}

/** The gradient with respect to w, of shape `shape`. */
export function convolutionWeightGradient(
  x: HostValue,
  dy: HostValue,
  shape: readonly number[],
  how: Convolution,
): Float64Array {
  const dw = new Float64Array(sizeOf(shape))
  everyProduct(x.shape, shape, dy.shape, how, (a, b, c) => (dw[b]! += dy.data[c]! * x.data[a]!))
  return dw
}

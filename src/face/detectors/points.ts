import type { Point } from '../../image/image.ts'

/** `count` points that lie in `values` one after the other, x before y, from `start` on. */
export function pointsAt(values: Float32Array, start: number, count: number): readonly Point[] {
  return Array.from({ length: count }, (_, index) => ({
    x: values[start + 2 * index] ?? NaN,
    y: values[start + 2 * index + 1] ?? NaN,
  }))
}

/** @file How sharp an image is: the spread of its second derivative, on a fixed size so that large and small compare. */
import type { Image } from '../../image/image.ts'
import { brightnessAt } from '../brightness.ts'

const side = 64

/** The variance of the Laplacian of brightness on 64×64 cells, in squared grey levels; low for blurred images. */
export function sharpness(image: Image): number {
  const grey = new Float64Array(side * side)
  for (let y = 0; y < side; y++) {
    const row = Math.min(image.height - 1, Math.floor(((y + 0.5) * image.height) / side))
    for (let x = 0; x < side; x++) {
      const column = Math.min(image.width - 1, Math.floor(((x + 0.5) * image.width) / side))
      grey[y * side + x] = brightnessAt(image.data, 3 * (row * image.width + column))
    }
  }
  const cell = (at: number): number => grey[at] ?? NaN
  let sum = 0
  let squares = 0
  const count = (side - 2) ** 2
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const at = y * side + x
      const value = cell(at - side) + cell(at + side) + cell(at - 1) + cell(at + 1) - 4 * cell(at)
      sum += value
      squares += value * value
    }
  }
  return squares / count - (sum / count) ** 2
}

/** The value so far below the median that few of a set are: median − 3.5 scaled absolute deviations, of logarithms. */
export function lowOutlierLimit(values: readonly number[]): number {
  const logs = values.map((value) => Math.log(value + 1)).sort((a, b) => a - b)
  const median = logs[Math.floor(logs.length / 2)]
  if (median === undefined) return 0
  const deviations = logs.map((value) => Math.abs(value - median)).sort((a, b) => a - b)
  const spread = 1.4826 * (deviations[Math.floor(deviations.length / 2)] ?? 0)
  return Math.exp(median - 3.5 * Math.max(spread, 0.1)) - 1
}

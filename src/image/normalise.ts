/** @file From 8-bit pixels to what networks read: float32 planes, (pixel − mean) / std. */
import { checkNumber } from '../base/check.ts'
import type { Image, Size } from './image.ts'

/** How pixels become numbers. */
export interface Normalisation {
  readonly channels: 'rgb' | 'bgr'
  readonly mean: number
  readonly std: number
}

/** (p − 127.5) / 128, RGB: the paper's preprocessing. */
export const paperNormalisation: Normalisation = { channels: 'rgb', mean: 127.5, std: 128 }

/** The 256 values pixels can take under `rule`. */
export function normalisationTable(rule: Normalisation): Float32Array {
  checkNumber('mean', rule.mean)
  checkNumber('std', rule.std, { above: 0 })
  return Float32Array.from({ length: 256 }, (_, pixel) => (pixel - rule.mean) / rule.std)
}

/**
 * Writes `image` as planes [3, H, W] into `target` from `offset` on.
 * @param table what `normalisationTable` gave for the same rule
 * @param mirrored swaps left and right on the way
 */
export function normaliseInto(
  target: Float32Array,
  offset: number,
  image: Image,
  channels: 'rgb' | 'bgr',
  table: Float32Array,
  mirrored = false,
): void {
  const { data, height, width } = image
  const plane = height * width
  const first = offset + (channels === 'rgb' ? 0 : 2 * plane)
  const second = offset + plane
  const third = offset + (channels === 'rgb' ? 2 * plane : 0)
  const step = mirrored ? -1 : 1
  let from = 0
  for (let y = 0; y < height; y++) {
    let to = y * width + (mirrored ? width - 1 : 0)
    for (let x = 0; x < width; x++, from += 3, to += step) {
      target[first + to] = table[data[from]!]!
      target[second + to] = table[data[from + 1]!]!
      target[third + to] = table[data[from + 2]!]!
    }
  }
}

/** Images of one size as one array [N, 3, H, W]. @throws RangeError where the sizes differ. */
export function normalise(images: readonly Image[], rule: Normalisation = paperNormalisation): Float32Array {
  const size = images[0]
  if (size === undefined) return new Float32Array(0)
  const table = normalisationTable(rule)
  const each = 3 * size.height * size.width
  const planes = new Float32Array(images.length * each)
  images.forEach((image, index) => {
    if (image.height !== size.height || image.width !== size.width) {
      throw new RangeError(
        `Expected images of ${size.height}x${size.width}, got one of ${image.height}x${image.width}`,
      )
    }
    normaliseInto(planes, index * each, image, rule.channels, table)
  })
  return planes
}

/** Mirrored copies of planes [N, 3, H, W], for flip features. */
export function mirrorPlanes(planes: Float32Array, size: Size): Float32Array {
  const result = new Float32Array(planes.length)
  const { width } = size
  for (let row = 0; row < planes.length; row += width) {
    for (let x = 0; x < width; x++) result[row + x] = planes[row + width - 1 - x]!
  }
  return result
}

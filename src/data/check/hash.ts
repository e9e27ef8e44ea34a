/**
 * @file Perceptual hashes: 256 bits telling where an image gets brighter to the right on a 16×16 grid. Copies that were scaled,
 * recompressed or slightly changed in tone differ in few bits; aligned faces of two people in many.
 */
import type { Pieces } from '../../base/breather.ts'
import type { Image } from '../../image/image.ts'
import { brightnessAt } from '../brightness.ts'

const rows = 16
const columns = 17
const words = 8
/** Grey levels by which a cell must be brighter. */
const flat = 1.5

/** Images looked up between two rests. */
const piece = 512

/** Bits in which near duplicates may differ; with 16 bands of 16 bits some band is then equal. */
export const nearBits = 12

/** How much of each of `length` pixels lies in each of `cells` equal parts, as `[pixel, share]` lists. */
const coverage = (length: number, cells: number): readonly (readonly (readonly [number, number])[])[] =>
  Array.from({ length: cells }, (_, cell) => {
    const [start, end] = [(cell * length) / cells, ((cell + 1) * length) / cells]
    const pixels: (readonly [number, number])[] = []
    for (let pixel = Math.floor(start); pixel < Math.min(length, Math.ceil(end)); pixel++)
      pixels.push([pixel, Math.min(end, pixel + 1) - Math.max(start, pixel)])
    return pixels
  })

/** Brightness on a grid of `height` × `width` cells, each the average of exactly what it covers. */
const brightnessGrid = (image: Image, height: number, width: number): Float64Array => {
  const across = coverage(image.width, width)
  const down = coverage(image.height, height)
  const strips = new Float64Array(image.height * width)
  for (let row = 0; row < image.height; row++) {
    for (const [x, pixels] of across.entries()) {
      let sum = 0
      for (const [column, share] of pixels)
        sum += share * brightnessAt(image.data, 3 * (row * image.width + column))
      strips[row * width + x] = (sum * width) / image.width
    }
  }
  const grid = new Float64Array(height * width)
  for (const [y, pixels] of down.entries()) {
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (const [row, share] of pixels) sum += share * (strips[row * width + x] ?? NaN)
      grid[y * width + x] = (sum * height) / image.height
    }
  }
  return grid
}

/** The hash of an image; with `mirrored` that of its mirror image. */
export function perceptualHash(image: Image, mirrored = false): Uint32Array {
  const grid = brightnessGrid(image, rows, columns)
  const hash = new Uint32Array(words)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x + 1 < columns; x++) {
      const [left, right] = mirrored ? [columns - 1 - x, columns - 2 - x] : [x, x + 1]
      // flat areas must not turn on what compression adds
      const isBrighter = (grid[y * columns + right] ?? NaN) > (grid[y * columns + left] ?? NaN) + flat
      const bit = y * 16 + x
      if (isBrighter) hash[bit >> 5] = (hash[bit >> 5] ?? 0) | (1 << (bit & 31))
    }
  }
  return hash
}

const bitsOf = (word: number): number => {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Bits in which two hashes differ. */
export function hashDistance(a: Uint32Array, b: Uint32Array): number {
  let bits = 0
  for (let i = 0; i < words; i++) bits += bitsOf((a[i] ?? NaN) ^ (b[i] ?? NaN))
  return bits
}

/** Two images by position, the earlier first. */
export interface NearPair {
  readonly first: number
  readonly second: number
  readonly bits: number
  readonly mirrored: boolean
}

/** Hashes of an image and of its mirror image; undefined where it could not be read. */
export interface ImageHashes {
  readonly plain: Uint32Array
  readonly mirrored: Uint32Array
}

/** Which pairs are looked for. */
export interface NearOptions {
  /** Bits that may differ, below 16. @defaultValue nearBits */
  readonly limit?: number
  /** Pairs have one of the first `held` images; the rest, another set, are not compared with each other. @defaultValue all */
  readonly held?: number
}

/** All pairs whose hashes differ in few bits, one of them possibly mirrored; ordered by position; in pieces. */
export function* nearPairs(
  hashes: readonly (ImageHashes | undefined)[],
  { limit = nearBits, held = hashes.length }: NearOptions = {},
): Pieces<NearPair[]> {
  const found = new Map<string, NearPair>()
  for (let band = 0; band < 16; band++) {
    const key = (hash: Uint32Array): number => ((hash[band >> 1] ?? NaN) >>> (16 * (band & 1))) & 0xffff
    const buckets = new Map<number, number[]>()
    for (const [position, entry] of hashes.entries()) {
      if (position % piece === 0) yield
      if (entry === undefined) continue
      for (const isMirrored of [false, true]) {
        const hash = isMirrored ? entry.mirrored : entry.plain
        for (const other of buckets.get(key(hash)) ?? []) {
          const earlier = hashes[other]
          if (earlier === undefined) continue
          const bits = hashDistance(earlier.plain, hash)
          if (bits > limit) continue
          const name = `${other} ${position}`
          const known = found.get(name)
          if (known === undefined || bits < known.bits)
            found.set(name, { first: other, second: position, bits, mirrored: isMirrored })
        }
      }
      if (position >= held) continue
      const bucket = buckets.get(key(entry.plain))
      if (bucket === undefined) buckets.set(key(entry.plain), [position])
      else bucket.push(position)
    }
  }
  return [...found.values()].sort((a, b) => a.first - b.first || a.second - b.second)
}

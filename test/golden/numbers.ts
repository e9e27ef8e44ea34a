/** @file The numbers that `scripts/golden/common.py` makes from a key, made again. */

const keyHash = (key: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < key.length; i++) h = Math.imul(h ^ key.charCodeAt(i), 0x01000193) >>> 0
  return h
}

/** Word `index` of a key: Murmur3's finaliser over a counter. */
const word = (seed: number, index: number): number => {
  let h = (Math.imul(index, 0x9e3779b9) + seed) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** `count` float32 numbers in [offset − amplitude, offset + amplitude). */
export function uniform(key: string, count: number, amplitude = 1, offset = 0): Float32Array {
  const seed = keyHash(key)
  const [size, middle] = [Math.fround(amplitude), Math.fround(offset)]
  return Float32Array.from({ length: count }, (_, index) => {
    const unit = (word(seed, index) >>> 8) / 2 ** 23 - 1
    return Math.fround(size * unit) + middle
  })
}

/** `count` integers in [0, below). */
export function integers(key: string, count: number, below: number): Int32Array {
  const seed = keyHash(key)
  return Int32Array.from({ length: count }, (_, index) => word(seed, index) % below)
}

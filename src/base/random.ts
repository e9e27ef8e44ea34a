/** @file Seeded random numbers, keyed by what they are for, so that worker counts and order change nothing. */

/** A stream of random numbers. Equal seeds and keys give equal streams on every machine. */
export interface Random {
  /** A number in [0, 1) with 32 random bits. */
  uniform(): number
  /** An integer in [0, `below`). */
  integer(below: number): number
  /** A normal deviate, mean 0, standard deviation 1. */
  normal(): number
}

/** What keys a stream: words for the purpose, numbers for epoch, sample and the like. */
export type RandomKey = string | number

const mix = (hash: number, word: number): number => {
  let h = Math.imul(hash ^ word, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const hashKeys = (seed: number, keys: readonly RandomKey[], salt: number): number => {
  let hash = mix(mix(0x9e3779b9 ^ salt, seed >>> 0), Math.floor(seed / 2 ** 32) >>> 0)
  for (const key of keys) {
    if (typeof key === 'number') {
      hash = mix(mix(hash, 1), key >>> 0)
      hash = mix(hash, Math.floor(key / 2 ** 32) >>> 0)
    } else {
      hash = mix(hash, 2 + key.length)
      for (let i = 0; i < key.length; i++) hash = mix(hash, key.charCodeAt(i))
    }
  }
  return hash
}

/** The stream of `seed` for the purpose `keys` (sfc32 seeded by a mixed hash of the keys). */
export function random(seed: number, ...keys: readonly RandomKey[]): Random {
  let a = hashKeys(seed, keys, 1)
  let b = hashKeys(seed, keys, 2)
  let c = hashKeys(seed, keys, 3)
  let counter = 1
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  let spare: number | undefined
  const uniform = (): number => next() / 2 ** 32
  return {
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => {
      if (spare !== undefined) {
        const value = spare
        spare = undefined
        return value
      }
      // Box–Muller; 1 − u keeps the logarithm finite
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      const angle = 2 * Math.PI * uniform()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
  }
}

/** A shuffled copy of `items` (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], stream: Random): T[] {
  const result = items.slice()
  for (let i = result.length - 1; i > 0; i--) {
    const j = stream.integer(i + 1)
    const held = result[i] as T
    result[i] = result[j] as T
    result[j] = held
  }
  return result
}

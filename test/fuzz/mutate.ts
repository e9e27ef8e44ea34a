/** @file Seeded damage to bytes, of the kinds that files suffer and that attackers like. */
import { concatBytes } from '../../src/base/bytes.ts'
import type { Random } from '../../src/base/random.ts'

type Mutation = (bytes: Uint8Array, stream: Random) => Uint8Array

const place = (bytes: Uint8Array, stream: Random): number => stream.integer(Math.max(1, bytes.length))

const withBytes = (bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array => {
  const result = bytes.slice()
  result.set(values.slice(0, Math.max(0, result.length - at)), at)
  return result
}

/** Lengths and counts that parsers trip over. */
const extremes: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0, 0, 0, 0, 0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x40],
  [0xff],
  [0],
]

const mutations: readonly Mutation[] = [
  (bytes, stream) => withBytes(bytes, place(bytes, stream), [stream.integer(256)]),
  (bytes, stream) => {
    const at = place(bytes, stream)
    return withBytes(bytes, at, [(bytes[at] ?? 0) ^ (1 << stream.integer(8))])
  },
  (bytes, stream) => bytes.slice(0, place(bytes, stream)),
  (bytes, stream) => bytes.slice(place(bytes, stream)),
  (bytes, stream) => withBytes(bytes, place(bytes, stream), extremes[stream.integer(extremes.length)] ?? []),
  (bytes, stream) => {
    const at = place(bytes, stream)
    return concatBytes([bytes.subarray(0, at), Uint8Array.of(stream.integer(256)), bytes.subarray(at)])
  },
  (bytes, stream) => {
    const [at, length] = [place(bytes, stream), 1 + stream.integer(16)]
    return concatBytes([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + length))])
  },
  (bytes, stream) => {
    const [from, to] = [place(bytes, stream), place(bytes, stream)]
    const piece = bytes.subarray(from, from + 1 + stream.integer(64))
    return concatBytes([bytes.subarray(0, to), piece, bytes.subarray(to)])
  },
  (bytes) => concatBytes([bytes, bytes]),
]

/** Bytes with one to four pieces of damage. */
export function mutate(bytes: Uint8Array, stream: Random): Uint8Array {
  let result = bytes
  for (let rounds = 1 + stream.integer(4); rounds > 0; rounds--) {
    const mutation = mutations[stream.integer(mutations.length)]
    if (mutation !== undefined) result = mutation(result, stream)
  }
  return result
}

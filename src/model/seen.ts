/**
 * @file Whom a model has seen: hashes of the people and images it was trained on or chosen by, small enough to travel in its metadata,
 * outside the contract and its id. From a hash nobody can tell a name or a picture, only recognise one that is known already.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { z } from 'zod'
import { FormatError } from '../base/errors.ts'
import { byCodePoint } from '../base/names.ts'

const metadataKey = 'cosface.seen'

/** Characters all of it may take: 1 MB. */
const textLimit = 1_000_000
/** Bytes of hashes that fit into it as base64, with room for the words around them. */
const byteLimit = Math.floor((textLimit - 1000) * 0.75)

/** The first 64 bits of a SHA-256 as a number. @param digest of 8 bytes at least */
export function hashOfDigest(digest: Uint8Array): bigint {
  return new DataView(digest.buffer, digest.byteOffset, 8).getBigUint64(0)
}

/** The hash of an image's file. */
export function imageHash(bytes: Uint8Array): bigint {
  return hashOfDigest(sha256(bytes))
}

/** A number, or one after a word: a data set's own label, which says nothing about another data set's. */
const isLabel = (name: string): boolean => /^[a-z]{0,12} ?\d{1,20}$/.test(name)

/** The hash of a person's name, whatever its case and separators; undefined for a label such as `0000045` or `n000002`. */
export function personHash(name: string): bigint | undefined {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[_\-.\s]/g, ' ')
    .trim()
  return plain === '' || isLabel(plain) ? undefined : imageHash(new TextEncoder().encode(`person ${plain}`))
}

/** Hashes that can be asked after. */
export interface SeenHashes {
  readonly count: number
  /** The share of hashes that were never put in and are said to be in: 0 where each is kept, more where a Bloom filter holds them. */
  readonly falseShare: number
  readonly has: (hash: bigint) => boolean
}

/** The people and images a model was trained on or chosen by. */
export interface Seen {
  readonly people: SeenHashes
  readonly images: SeenHashes
}

const setSchema = z.object({
  kind: z.enum(['hashes', 'bloom']),
  count: z.int().min(0).max(1e9),
  /** Bits that a hash sets in a Bloom filter. */
  probes: z.int().min(0).max(32),
  data: z.string().max(textLimit),
})

const seenSchema = z.object({ schema: z.literal('cosface-seen/1'), people: setSchema, images: setSchema })

type StoredSet = z.infer<typeof setSchema>

const toBase64 = (bytes: Uint8Array): string => {
  let text = ''
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  return btoa(text)
}

/** The bits of a filter of `bits` bits that belong to a hash. */
function* bitsOf(hash: bigint, probes: number, bits: number): Generator<number> {
  const [low, high] = [Number(hash & 0xffffffffn), Number(hash >> 32n) | 1]
  for (let probe = 0; probe < probes; probe++) yield (low + probe * (high >>> 0)) % bits
}

const storeSet = (hashes: Iterable<bigint>, limit: number): StoredSet => {
  const all = BigUint64Array.from(new Set(hashes)).sort()
  const count = all.length
  if (count * 8 <= limit) {
    const bytes = new DataView(new ArrayBuffer(count * 8))
    all.forEach((hash, i) => bytes.setBigUint64(i * 8, hash))
    return { kind: 'hashes', count, probes: 0, data: toBase64(new Uint8Array(bytes.buffer)) }
  }
  const filter = new Uint8Array(limit)
  const bits = limit * 8
  const probes = Math.max(1, Math.round((bits / count) * Math.LN2))
  for (const hash of all)
    for (const bit of bitsOf(hash, probes, bits))
      filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7))
  return { kind: 'bloom', count, probes, data: toBase64(filter) }
}

const openSet = ({ kind, count, probes, data }: StoredSet): SeenHashes => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0))
  if (kind === 'hashes') {
    const view = new DataView(bytes.buffer)
    const hashes = new Set(Array.from({ length: count }, (_, i) => view.getBigUint64(i * 8)))
    return { count, falseShare: 0, has: (hash) => hashes.has(hash) }
  }
  const bits = bytes.length * 8
  let set = 0
  for (const byte of bytes) for (let left = byte; left > 0; left &= left - 1) set++
  return {
    count,
    falseShare: (set / bits) ** probes,
    has: (hash) => {
      for (const bit of bitsOf(hash, probes, bits))
        if (((bytes[bit >> 3] ?? 0) & (1 << (bit & 7))) === 0) return false
      return true
    },
  }
}

/** What is known of a training's people and images, as text of at most 1 MB. */
export function encodeSeen(people: Iterable<string>, images: Iterable<bigint>): string {
  const names = [...people].toSorted(byCodePoint).flatMap((name) => personHash(name) ?? [])
  const persons = storeSet(names, byteLimit / 2)
  const room = byteLimit - Math.ceil(persons.data.length * 0.75)
  return JSON.stringify({ schema: 'cosface-seen/1', people: persons, images: storeSet(images, room) })
}

/** Reads it again. @throws FormatError */
export function decodeSeen(text: string, file: string): Seen {
  try {
    const { people, images } = seenSchema.parse(JSON.parse(text))
    return { people: openSet(people), images: openSet(images) }
  } catch (cause) {
    throw new FormatError(file, 'what it says of the people it has seen is not understood', undefined, {
      cause,
    })
  }
}

/** The metadata that carry it. */
export function seenMetadata(text: string): Readonly<Record<string, string>> {
  return { [metadataKey]: text }
}

/** Whom a model with these metadata has seen; undefined where they do not say. @throws FormatError */
export function readSeen(metadata: Readonly<Record<string, string>>, file: string): Seen | undefined {
  const text = metadata[metadataKey]
  return text === undefined ? undefined : decodeSeen(text, file)
}

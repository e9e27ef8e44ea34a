/** @file What a RecordIO payload of images holds: a header (flag, label, two ids), further labels, the encoded image. */
import { ByteReader } from '../../base/bytes.ts'

/** A record's header and image. */
export interface ImageRecord {
  /** One label, or as many as the header's flag says. */
  readonly labels: readonly number[]
  readonly id: number
  readonly id2: number
  /** The encoded image; empty in the records that only describe others. */
  readonly image: Uint8Array
}

/** Bytes of the header before any further labels. */
export const imageHeaderBytes = 24

/**
 * The payload of an image record. A single label lies in the header (flag 0); any other number of them follows it and the flag
 * counts them.
 */
export function encodeImageRecord(record: ImageRecord): Uint8Array {
  const { labels, id, id2, image } = record
  const [label = 0] = labels
  const isPlain = labels.length === 1
  const extra = isPlain ? 0 : 4 * labels.length
  const bytes = new Uint8Array(imageHeaderBytes + extra + image.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, isPlain ? 0 : labels.length, true)
  view.setFloat32(4, isPlain ? label : 0, true)
  view.setBigUint64(8, BigInt(id), true)
  view.setBigUint64(16, BigInt(id2), true)
  if (!isPlain) labels.forEach((one, index) => view.setFloat32(imageHeaderBytes + 4 * index, one, true))
  bytes.set(image, imageHeaderBytes + extra)
  return bytes
}

/** What the beginning of a payload tells. */
export interface RecordHead {
  readonly id: number
  /** Two labels and no image: the record that says where images end and identities begin. */
  readonly isFaceHeader: boolean
}

/** Reads the beginning of a payload of `length` bytes; undefined where it is too short for a header or the id too large a number. */
export function recordHead(start: Uint8Array, length: number): RecordHead | undefined {
  if (start.length < imageHeaderBytes) return undefined
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  const id = Number(view.getBigUint64(8, true))
  const isFaceHeader = view.getUint32(0, true) === 2 && length === imageHeaderBytes + 8
  return Number.isSafeInteger(id) ? { id, isFaceHeader } : undefined
}

/** Reads a payload; `image` is a view of it. @throws FormatError where the header promises more than there is */
export function decodeImageRecord(payload: Uint8Array, file: string): ImageRecord {
  const reader = new ByteReader(payload, file)
  const flag = reader.uint32()
  const label = reader.float32()
  const id = reader.uint64()
  const id2 = reader.uint64()
  if (flag === 0) return { labels: [label], id, id2, image: reader.take(reader.remaining) }
  if (flag * 4 > reader.remaining)
    throw reader.fail(`expected ${flag} labels, ${reader.remaining} bytes are left`)
  const labels = Array.from({ length: flag }, () => reader.float32())
  return { labels, id, id2, image: reader.take(reader.remaining) }
}

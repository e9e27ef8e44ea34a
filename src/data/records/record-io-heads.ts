/**
 * @file The head of every record of a file, no picture decoded: labels, and whether an image follows. Records that an index leaves
 * out are found on the way, as the file is read from its beginning to its end.
 */
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { imageHeaderBytes } from './record-io-image.ts'
import type { RecordIndex } from './record-io-index.ts'
import { indexOf } from './record-io-index.ts'
import { readRecord, readRecordStart, skipRecord } from './record-io.ts'

/** What the heads of all records of an index say, by their place in it. */
export interface RecordHeads {
  /** How many labels; 1 where the header itself holds it. */
  readonly counts: Uint32Array
  /** The first label. */
  readonly labels: Float32Array
  /** The second; NaN where there is none. */
  readonly seconds: Float32Array
  /** 1 where an image follows the labels. */
  readonly hasImage: Uint8Array
}

/** An index of all records of a file with their heads. */
export interface ReadHeads {
  /** The given one, or one that also has the records it left out. */
  readonly index: RecordIndex
  readonly heads: RecordHeads
  /** How many records the given index left out. */
  readonly unlisted: number
}

/** Read at once; a record's head is then mostly there already. */
const windowBytes = 2 ** 20
/** Records longer than this on average are not worth reading past. */
const longRecord = 2 ** 16
const headBytes = imageHeaderBytes + 8

/** The file from its beginning to its end, a window at a time where records are short. */
const windowed = (file: RandomAccessFile, records: number): RandomAccessFile => {
  if (file.size / Math.max(1, records) > longRecord) return file
  let start = 0
  let bytes: Uint8Array = new Uint8Array(0)
  return {
    ...file,
    read: async (offset, length) => {
      if (offset < start || offset + length > start + bytes.length) {
        const wanted = Math.max(length, Math.min(windowBytes, file.size - offset))
        bytes = await file.read(offset, wanted)
        start = offset
      }
      return bytes.subarray(offset - start, offset - start + length)
    },
  }
}

interface Head {
  readonly id: number
  readonly count: number
  readonly label: number
  readonly second: number
  readonly hasImage: boolean
  readonly next: number
}

const readHead = async (file: RandomAccessFile, offset: number, name: () => string): Promise<Head> => {
  const { bytes, length, next } = await readRecordStart(file, offset, headBytes)
  if (length < imageHeaderBytes)
    throw new FormatError(name(), `expected a header of ${imageHeaderBytes} bytes, got ${length}`, offset)
  // a record in parts says how long it is only at its end
  const whole = next === undefined ? (await readRecord(file, offset)).payload.length : length
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flag = view.getUint32(0, true)
  if (whole < imageHeaderBytes + 4 * flag)
    throw new FormatError(
      name(),
      `expected ${flag} labels, ${whole - imageHeaderBytes} bytes follow the header`,
      offset,
    )
  return {
    id: Number(view.getBigUint64(8, true)),
    count: Math.max(1, flag),
    label: view.getFloat32(flag > 0 ? imageHeaderBytes : 4, true),
    second: flag > 1 ? view.getFloat32(imageHeaderBytes + 4, true) : NaN,
    hasImage: whole > imageHeaderBytes + 4 * flag,
    next: next ?? (await skipRecord(file, offset)),
  }
}

/** The places of an index in the order of their records. */
const inFileOrder = ({ offsets }: RecordIndex): Uint32Array => {
  const places = Uint32Array.from(offsets, (_, i) => i)
  // as nearly every index is written
  if (offsets.every((offset, i) => i === 0 || offset >= (offsets[i - 1] ?? 0))) return places
  return places.sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0))
}

/**
 * Reads the head of every record, also of those that `index` leaves out: these get their own ids as keys, or, where those are taken,
 * the next free numbers.
 * @throws FormatError where no record begins where the index or the record before says
 */
export async function readRecordHeads(
  file: RandomAccessFile,
  index: RecordIndex,
  signal?: AbortSignal,
): Promise<ReadHeads> {
  const size = index.keys.length
  const source = windowed(file, size)
  const heads = emptyHeads(size)
  const extra: { readonly offset: number; readonly head: Head }[] = []
  let at = 0
  const readUnlisted = async (end: number): Promise<void> => {
    while (at < end) {
      const offset = at
      const head = await readHead(source, offset, () => `${file.name} record at byte ${offset}`)
      extra.push({ offset, head })
      at = head.next
    }
  }
  for (const place of inFileOrder(index)) {
    signal?.throwIfAborted()
    const offset = index.offsets[place] ?? 0
    await readUnlisted(offset)
    const head = await readHead(source, offset, () => `${file.name} record ${index.keys[place]}`)
    put(heads, place, head)
    at = Math.max(at, head.next)
  }
  await readUnlisted(file.size)
  return extra.length === 0 ? { index, heads, unlisted: 0 } : completed(index, heads, extra, file.size)
}

const emptyHeads = (size: number): RecordHeads => ({
  counts: new Uint32Array(size),
  labels: new Float32Array(size),
  seconds: new Float32Array(size),
  hasImage: new Uint8Array(size),
})

const put = (heads: RecordHeads, place: number, head: Head): void => {
  heads.counts[place] = head.count
  heads.labels[place] = head.label
  heads.seconds[place] = head.second
  heads.hasImage[place] = head.hasImage ? 1 : 0
}

const completed = (
  index: RecordIndex,
  heads: RecordHeads,
  extra: readonly { readonly offset: number; readonly head: Head }[],
  size: number,
): ReadHeads => {
  const taken = new Set(index.keys)
  let free = (index.keys.at(-1) ?? -1) + 1
  const rows = [...index.keys].map((key, place) => ({ key, offset: index.offsets[place] ?? 0, place }))
  for (const [i, { offset, head }] of extra.entries()) {
    while (taken.has(free)) free++
    const key = Number.isSafeInteger(head.id) && !taken.has(head.id) ? head.id : free
    taken.add(key)
    rows.push({ key, offset, place: index.keys.length + i })
  }
  rows.sort((a, b) => a.key - b.key)
  const all = emptyHeads(rows.length)
  rows.forEach(({ place }, to) => {
    const head = extra[place - index.keys.length]?.head
    if (head !== undefined) {
      put(all, to, head)
      return
    }
    all.counts[to] = heads.counts[place] ?? 0
    all.labels[to] = heads.labels[place] ?? NaN
    all.seconds[to] = heads.seconds[place] ?? NaN
    all.hasImage[to] = heads.hasImage[place] ?? 0
  })
  const keys = Float64Array.from(rows, ({ key }) => key)
  const offsets = Float64Array.from(rows, ({ offset }) => offset)
  return { index: indexOf(keys, offsets, size), heads: all, unlisted: extra.length }
}

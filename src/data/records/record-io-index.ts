/** @file The text index beside a RecordIO file: `key<TAB>byte offset` lines; and the index of a file that has none. */
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { parseIntegerTable } from '../lists/integers.ts'
import { imageHeaderBytes, recordHead } from './record-io-image.ts'
import { readRecordStart, skipRecord } from './record-io.ts'

/** Where records lie, ordered by key. */
export interface RecordIndex {
  readonly keys: Float64Array
  readonly offsets: Float64Array
  /** Where the next record begins, or the file ends. */
  readonly ends: Float64Array
}

const isAscending = (values: Float64Array): boolean => {
  let before = -Infinity
  for (const value of values) {
    if (!(before < value)) return false
    before = value
  }
  return true
}

/** The index of ascending `keys`, of a file of `size` bytes. */
export const indexOf = (keys: Float64Array, offsets: Float64Array, size: number): RecordIndex => {
  const starts = isAscending(offsets) ? offsets : offsets.slice().sort()
  const ends = new Float64Array(offsets.length)
  offsets.forEach((offset, i) => {
    let low = i
    if (starts !== offsets) {
      // the first start beyond this record's own
      low = -1
      let high = starts.length
      while (high - low > 1) {
        const middle = (low + high) >> 1
        if ((starts[middle] ?? Infinity) <= offset) low = middle
        else high = middle
      }
    }
    ends[i] = starts[low + 1] ?? size
  })
  return { keys, offsets, ends }
}

/**
 * Reads an index for a record file of `size` bytes.
 * @throws FormatError for anything but pairs of numbers, repeated keys, offsets outside the file or not at a multiple of 4
 */
export function parseRecordIndex(bytes: Uint8Array, file: string, size: number): RecordIndex {
  const table = { columns: 2, wanted: '`key<TAB>offset`', max: Number.MAX_SAFE_INTEGER }
  const { values: numbers, rows: count } = parseIntegerTable(
    bytes,
    file,
    table,
    (length) => new Float64Array(length),
  )
  if (count === 0) throw new FormatError(file, 'the index is empty')
  const keys = new Float64Array(count)
  const offsets = new Float64Array(count)
  numbers.subarray(0, 2 * count).forEach((value, at) => {
    const i = Math.floor(at / 2)
    if (at % 2 === 0) {
      keys[i] = value
      return
    }
    offsets[i] = value
    if (value + 8 > size || value % 4 !== 0) {
      const reason =
        value % 4 === 0
          ? `the record file ends at ${size}; it is cut short, or the index is another’s`
          : 'records begin at multiples of 4'
      throw new FormatError(file, `line ${i + 1}: the record ${keys[i]} cannot begin at ${value}: ${reason}`)
    }
  })
  const ordered = orderedIndex(keys, offsets, size)
  if (typeof ordered === 'number') throw new FormatError(file, `the key ${ordered} appears twice`)
  return ordered
}

/** The index, or a key that appears twice. */
const orderedIndex = (keys: Float64Array, offsets: Float64Array, size: number): RecordIndex | number => {
  if (isAscending(keys)) return indexOf(keys, offsets, size)
  const sortedKeys = keys.slice().sort()
  const twice = sortedKeys.find((key, i) => key === sortedKeys[i + 1])
  if (twice !== undefined) return twice
  const sortedOffsets = new Float64Array(keys.length)
  keys.forEach((key, i) => {
    sortedOffsets[placeOf(sortedKeys, key)] = offsets[i] ?? NaN
  })
  return indexOf(sortedKeys, sortedOffsets, size)
}

/**
 * Whether the records' own ids, NaN where there is none, may be keys; that each is there once is not looked at. Behind a header
 * they must count all records, as it and the identity records speak of images by key.
 */
const mayBeKeys = (ids: Float64Array, hasHeader: boolean): boolean =>
  ids.every(Number.isSafeInteger) && (!hasHeader || (ids[0] === 0 && ids.every((id) => id < ids.length)))

/**
 * The index of a file that has none. Keys are the records' own ids, by which an index is written, or count from 0 in file order where
 * those are no keys. Walks the whole file.
 * @throws FormatError
 */
export async function scanRecords(file: RandomAccessFile, signal?: AbortSignal): Promise<RecordIndex> {
  if (file.size === 0) throw new FormatError(file.name, 'the file is empty')
  const starts: number[] = []
  const found: number[] = []
  let hasHeader = false
  for (let at = 0; at < file.size;) {
    signal?.throwIfAborted()
    const { bytes, length, next } = await readRecordStart(file, at, imageHeaderBytes)
    const head = recordHead(bytes, length)
    if (at === 0) hasHeader = head?.isFaceHeader === true
    starts.push(at)
    found.push(head?.id ?? NaN)
    at = next !== undefined && next <= file.size ? next : await skipRecord(file, at)
  }
  const [offsets, ids] = [Float64Array.from(starts), Float64Array.from(found)]
  const byId = mayBeKeys(ids, hasHeader) ? orderedIndex(ids, offsets, file.size) : undefined
  return typeof byId === 'object'
    ? byId
    : indexOf(
        offsets.map((_, i) => i),
        offsets,
        file.size,
      )
}

/** The text of an index. */
export function formatRecordIndex(entries: Iterable<readonly [key: number, offset: number]>): string {
  let text = ''
  for (const [key, offset] of entries) text += `${key}\t${offset}\n`
  return text
}

/** The position of `key` in the index, or −1. */
export function findKey(index: RecordIndex, key: number): number {
  return placeOf(index.keys, key)
}

const placeOf = (keys: Float64Array, key: number): number => {
  let low = 0
  let high = keys.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const found = keys[middle] ?? Infinity
    if (found === key) return middle
    if (found < key) low = middle + 1
    else high = middle - 1
  }
  return -1
}

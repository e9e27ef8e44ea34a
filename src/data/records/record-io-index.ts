/** @file The text index beside a RecordIO file: `key<TAB>byte offset` lines; and the index of a file that has none. */
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { parseIntegerTable } from '../lists/integers.ts'
import { skipRecord } from './record-io.ts'

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

const indexOf = (keys: Float64Array, offsets: Float64Array, size: number): RecordIndex => {
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
  if (isAscending(keys)) return indexOf(keys, offsets, size)
  const sortedKeys = keys.slice().sort()
  let before = NaN
  for (const key of sortedKeys) {
    if (key === before) throw new FormatError(file, `the key ${key} appears twice`)
    before = key
  }
  const sortedOffsets = new Float64Array(count)
  keys.forEach((key, i) => {
    sortedOffsets[placeOf(sortedKeys, key)] = offsets[i] ?? NaN
  })
  return indexOf(sortedKeys, sortedOffsets, size)
}

/** The index of a file that has none: keys count from 0 in file order. Walks the whole file. @throws FormatError */
export async function scanRecords(file: RandomAccessFile, signal?: AbortSignal): Promise<RecordIndex> {
  if (file.size === 0) throw new FormatError(file.name, 'the file is empty')
  const offsets: number[] = []
  for (let at = 0; at < file.size;) {
    signal?.throwIfAborted()
    offsets.push(at)
    at = await skipRecord(file, at)
  }
  return indexOf(
    Float64Array.from(offsets, (_, i) => i),
    Float64Array.from(offsets),
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

/**
 * @file MXNet's RecordIO: records of `magic, flag and length, data, padding to 4 bytes`, little-endian. A payload that holds
 * the magic at a multiple of 4 is written in parts there without those 4 bytes; a reader puts them back.
 */
import { ByteReader, concatBytes } from '../../base/bytes.ts'
import { FormatError, UsageError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { checkSpan } from '../../base/random-access.ts'

const magic = 0xced7230a
const swappedMagic = 0x0a23d7ce
const magicBytes = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce)
const lengthLimit = 2 ** 29
/** Spans up to this are read at once; longer ones are walked part by part, as an index may lie. */
const wholeSpanLimit = 2 ** 20

const partOf = { whole: 0, begin: 1, middle: 2, end: 3 } as const

/** A part's length with its padding. */
const padded = (length: number): number => Math.ceil(length / 4) * 4

const encodePart = (flag: number, data: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + padded(data.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  view.setUint32(4, flag * lengthLimit + data.length, true)
  bytes.set(data, 8)
  return bytes
}

/** The payload as one record: whole, or split where it holds the magic. @throws UsageError from 2^29 bytes on */
export function encodeRecord(payload: Uint8Array): Uint8Array {
  if (payload.length >= lengthLimit)
    throw new UsageError(`Expected a record below ${lengthLimit} bytes, got ${payload.length}`)
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const parts: Uint8Array[] = []
  let start = 0
  for (let at = 0; at + 4 <= payload.length; at += 4) {
    if (view.getUint32(at, true) !== magic) continue
    parts.push(encodePart(parts.length === 0 ? partOf.begin : partOf.middle, payload.subarray(start, at)))
    start = at + 4
  }
  const last = encodePart(parts.length === 0 ? partOf.whole : partOf.end, payload.subarray(start))
  return parts.length === 0 ? last : concatBytes([...parts, last])
}

interface PartHeader {
  readonly flag: number
  readonly length: number
}

const readPartHeader = (bytes: Uint8Array, file: string, offset: number): PartHeader => {
  const reader = new ByteReader(bytes, file)
  const found = reader.uint32()
  if (found !== magic) {
    const hint = found === swappedMagic ? ' (the file is big-endian; RecordIO is little-endian)' : ''
    throw new FormatError(
      file,
      `expected the RecordIO magic 0xced7230a, got 0x${found.toString(16).padStart(8, '0')}${hint}`,
      offset,
    )
  }
  const word = reader.uint32()
  return { flag: Math.floor(word / lengthLimit), length: word % lengthLimit }
}

const checkOrder = (flag: number, isFirst: boolean, file: string, offset: number): void => {
  const fits = isFirst
    ? flag === partOf.whole || flag === partOf.begin
    : flag === partOf.middle || flag === partOf.end
  if (fits) return
  const wanted = isFirst ? 'the start of a record (flag 0 or 1)' : 'a further part of a record (flag 2 or 3)'
  throw new FormatError(file, `expected ${wanted}, got flag ${flag}`, offset)
}

/** A record's payload and the offset of whatever follows it. */
export interface RecordAt {
  readonly payload: Uint8Array
  readonly next: number
}

/**
 * The record at `offset`. `end` is where the next one is believed to begin: up to 1 MiB is then read in one go.
 * @throws FormatError where no whole record lies there
 */
export async function readRecord(
  file: RandomAccessFile,
  offset: number,
  end: number = offset,
): Promise<RecordAt> {
  const span = Math.min(end, file.size) - offset
  const ahead = span > 8 && span <= wholeSpanLimit ? await file.read(offset, span) : new Uint8Array(0)
  const take = async (at: number, length: number): Promise<Uint8Array> => {
    checkSpan(file, at, length, 'a record')
    const from = at - offset
    return from + length <= ahead.length ? ahead.subarray(from, from + length) : file.read(at, length)
  }
  const pieces: Uint8Array[] = []
  let at = offset
  for (;;) {
    const { flag, length } = readPartHeader(await take(at, 8), file.name, at)
    checkOrder(flag, pieces.length === 0, file.name, at)
    pieces.push(await take(at + 8, length))
    checkSpan(file, at + 8, padded(length), 'a padded record')
    at += 8 + padded(length)
    if (flag === partOf.whole || flag === partOf.end) break
    pieces.push(magicBytes)
  }
  const [first, ...others] = pieces
  return { payload: first !== undefined && others.length === 0 ? first : concatBytes(pieces), next: at }
}

/** The beginning of a payload, and how long the payload is at least. */
export interface RecordStart {
  readonly bytes: Uint8Array
  readonly length: number
  /** Where a record in one part ends; known without reading on. */
  readonly next?: number
}

/** At most `length` bytes of the payload's beginning, without reading the rest. @throws FormatError */
export async function readRecordStart(
  file: RandomAccessFile,
  offset: number,
  length: number,
): Promise<RecordStart> {
  const bytes = await file.read(offset, Math.min(8 + length, Math.max(8, file.size - offset)))
  const header = readPartHeader(bytes, file.name, offset)
  checkOrder(header.flag, true, file.name, offset)
  checkSpan(file, offset + 8, header.length, 'a record')
  if (header.flag !== partOf.whole && header.length < length) {
    const { payload } = await readRecord(file, offset)
    return { bytes: payload.subarray(0, length), length: payload.length }
  }
  return {
    bytes: bytes.subarray(8, 8 + Math.min(length, header.length)),
    length: header.length,
    ...(header.flag === partOf.whole ? { next: offset + 8 + padded(header.length) } : {}),
  }
}

/** The offset behind the record at `offset`; only the parts' heads are read. @throws FormatError */
export async function skipRecord(file: RandomAccessFile, offset: number): Promise<number> {
  for (let at = offset, isFirst = true; ; isFirst = false) {
    checkSpan(file, at, 8, 'a record')
    const { flag, length } = readPartHeader(await file.read(at, 8), file.name, at)
    checkOrder(flag, isFirst, file.name, at)
    checkSpan(file, at + 8, padded(length), 'a record')
    at += 8 + padded(length)
    if (flag === partOf.whole || flag === partOf.end) return at
  }
}

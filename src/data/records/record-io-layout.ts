/**
 * @file Which records are images and whose. Face sets put a header record at key 0 with two labels (a, b): images are the keys
 * 1…a−1, and the records [a, b) hold one identity each as a range of image keys. Without that header every record is an image
 * and carries its own label.
 */
import { mapBounded } from '../../base/concurrency.ts'
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import type { ImageRecord } from './record-io-image.ts'
import { decodeImageRecord, imageHeaderBytes } from './record-io-image.ts'
import type { RecordIndex } from './record-io-index.ts'
import { findKey } from './record-io-index.ts'
import { readRecord, readRecordStart } from './record-io.ts'

/** The images of a record file: where in the index each is and which class it shows. */
export interface RecordLayout {
  /** `ranges`: identity records told the classes; `labels`: the images' own headers did. */
  readonly kind: 'ranges' | 'labels'
  /** Position in the index, per image. */
  readonly entries: Uint32Array
  /** Index into `classes`, per image. */
  readonly identities: Uint32Array
  /** The labels as the file counts them, ascending. */
  readonly classes: readonly number[]
  readonly warnings: readonly string[]
}

/** Up to 2^24 a float32 label counts exactly; beyond, a header cannot say where images end. */
const exactFloat = 2 ** 24
const readers = 16
/** Ranges whose first image is asked for its own label. */
const probes = 64

/** One record of an index, whole. @throws FormatError naming the file and the key */
export async function readImageRecord(
  file: RandomAccessFile,
  index: RecordIndex,
  entry: number,
): Promise<ImageRecord> {
  const { payload } = await readRecord(file, index.offsets[entry] ?? -1, index.ends[entry])
  return decodeImageRecord(payload, `${file.name} record ${index.keys[entry]}`)
}

const readLabels = async (
  file: RandomAccessFile,
  index: RecordIndex,
  entry: number,
): Promise<{ readonly label: number; readonly hasImage: boolean }> => {
  const start = await readRecordStart(file, index.offsets[entry] ?? -1, imageHeaderBytes + 4)
  const name = `${file.name} record ${index.keys[entry]}`
  if (start.length < imageHeaderBytes)
    throw new FormatError(name, `expected a header of ${imageHeaderBytes} bytes, got ${start.length}`)
  const view = new DataView(start.bytes.buffer, start.bytes.byteOffset, start.bytes.byteLength)
  const flag = view.getUint32(0, true)
  if (start.length < imageHeaderBytes + 4 * flag)
    throw new FormatError(
      name,
      `expected ${flag} labels, ${start.length - imageHeaderBytes} bytes follow the header`,
    )
  const label = view.getFloat32(flag > 0 ? imageHeaderBytes : 4, true)
  return { label, hasImage: start.length > imageHeaderBytes + 4 * flag }
}

const byOwnLabels = async (
  file: RandomAccessFile,
  index: RecordIndex,
  entries: Uint32Array,
  warnings: readonly string[],
  signal?: AbortSignal,
): Promise<RecordLayout> => {
  const found = await mapBounded(Array.from(entries), readers, async (entry) => {
    signal?.throwIfAborted()
    const { label, hasImage } = await readLabels(file, index, entry)
    if (hasImage && (!Number.isInteger(label) || label < 0))
      throw new FormatError(
        file.name,
        `the record ${index.keys[entry]} has the label ${label}, which names no class`,
        index.offsets[entry],
      )
    return { entry, label: hasImage ? label : -1 }
  })
  const images = found.filter(({ label }) => label >= 0)
  if (images.length === 0) throw new FormatError(file.name, 'no record holds an image')
  const classes = [...new Set(images.map(({ label }) => label))].sort((a, b) => a - b)
  const positions = new Map(classes.map((label, position) => [label, position]))
  return {
    kind: 'labels',
    entries: Uint32Array.from(images, ({ entry }) => entry),
    identities: Uint32Array.from(images, ({ label }) => positions.get(label) ?? 0),
    classes,
    warnings,
  }
}

interface Range {
  readonly start: number
  readonly stop: number
}

const readRanges = (
  file: RandomAccessFile,
  index: RecordIndex,
  first: number,
  stop: number,
): Promise<readonly Range[]> =>
  mapBounded(
    Array.from({ length: stop - first }, (_, i) => first + i),
    readers,
    async (key) => {
      const entry = findKey(index, key)
      if (entry < 0) throw new FormatError(file.name, `the identity record ${key} is not in the index`)
      const { labels } = await readImageRecord(file, index, entry)
      const [start = NaN, end = NaN] = labels
      const isRange = Number.isInteger(start) && Number.isInteger(end) && start >= 1 && end >= start
      if (isRange && end <= first) return { start, stop: end }
      throw new FormatError(
        file.name,
        `the identity record ${key} names the images ${start} to ${end}, expected a range within 1 to ${first}`,
        index.offsets[entry],
      )
    },
  )

/** Whether ranges in turn cover the keys 1…a−1, each once. */
const tile = (ranges: readonly Range[], stop: number): boolean => {
  let at = 1
  for (const range of ranges) {
    if (range.start !== at && range.start !== range.stop) return false
    at = range.stop
  }
  return at === stop
}

const agree = async (
  file: RandomAccessFile,
  index: RecordIndex,
  ranges: readonly Range[],
): Promise<boolean> => {
  const step = Math.max(1, Math.floor(ranges.length / probes))
  for (const [i, range] of ranges.entries()) {
    if (i % step !== 0 || range.start === range.stop) continue
    const { label } = await readLabels(file, index, findKey(index, range.start))
    if (label !== i) return false
  }
  return true
}

const everyKey = (file: RandomAccessFile, index: RecordIndex, stop: number): Uint32Array =>
  Uint32Array.from({ length: stop - 1 }, (_, i) => {
    const entry = findKey(index, i + 1)
    if (entry < 0)
      throw new FormatError(
        file.name,
        `the header counts ${stop - 1} images, but ${i + 1} is not in the index`,
      )
    return entry
  })

const byRanges = (entries: Uint32Array, ranges: readonly Range[]): RecordLayout => {
  const identities = new Uint32Array(entries.length)
  ranges.forEach(({ start, stop }, identity) => identities.fill(identity, start - 1, stop - 1))
  return { kind: 'ranges', entries, identities, classes: ranges.map((_, i) => i), warnings: [] }
}

/**
 * Finds the images of a record file and their classes. Where identity records contradict the images' own labels, those win and
 * a warning says so.
 * @throws FormatError where the header promises records that are not there
 */
export async function readRecordLayout(
  file: RandomAccessFile,
  index: RecordIndex,
  signal?: AbortSignal,
): Promise<RecordLayout> {
  const all = Uint32Array.from(index.keys, (_, i) => i)
  const zero = findKey(index, 0)
  const head = zero < 0 ? undefined : await readImageRecord(file, index, zero)
  if (head === undefined || head.labels.length !== 2 || head.image.length > 0)
    return byOwnLabels(file, index, all, [], signal)
  const [first = NaN, stop = NaN] = head.labels
  if (!Number.isInteger(first) || !Number.isInteger(stop) || first < 1 || stop < first)
    throw new FormatError(
      file.name,
      `the header record names the range ${first} to ${stop}`,
      index.offsets[zero],
    )
  if (first === 1) throw new FormatError(file.name, 'the header record counts no image', index.offsets[zero])
  const without = all.filter((entry) => entry !== zero)
  if (stop > exactFloat)
    return byOwnLabels(
      file,
      index,
      without,
      ['more than 2^24 records: classes read from every image'],
      signal,
    )
  if (first - 1 > index.keys.length || stop - first > index.keys.length)
    throw new FormatError(
      file.name,
      `the header counts ${stop - 1} records, the index has ${index.keys.length}`,
      index.offsets[zero],
    )
  const entries = everyKey(file, index, first)
  if (stop === first) return byOwnLabels(file, index, entries, [], signal)
  const ranges = await readRanges(file, index, first, stop)
  if (tile(ranges, first) && (await agree(file, index, ranges))) return byRanges(entries, ranges)
  const warning = 'the identity records and the images differ about the classes; the images were believed'
  return byOwnLabels(file, index, entries, [warning], signal)
}

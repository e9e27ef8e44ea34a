/**
 * @file Which records are images and whose. Every image carries its own label, and that is whose it is. Face sets also put a header
 * record at key 0 with two labels (a, b): images are the keys 1…a−1, and the records [a, b) hold one identity each as a range of image
 * keys. Those ranges are compared with the labels, image by image, and a difference is said.
 */
import { FormatError } from '../../base/errors.ts'
import type { RandomAccessFile } from '../../base/random-access.ts'
import { agreeing, counted, withCommas } from '../../base/words.ts'
import type { RecordHeads } from './record-io-heads.ts'
import { readRecordHeads } from './record-io-heads.ts'
import type { ImageRecord } from './record-io-image.ts'
import { decodeImageRecord, imageHeaderBytes } from './record-io-image.ts'
import type { RecordIndex } from './record-io-index.ts'
import { findKey } from './record-io-index.ts'
import { readRecord } from './record-io.ts'

/** The images of a record file: where in the index each is and which class it shows. */
export interface RecordLayout {
  /** `ranges`: identity records say the same as the labels; `labels`: there are none, or they differ. */
  readonly kind: 'ranges' | 'labels'
  /** The index the layout refers to: the given one, with the records it left out. */
  readonly index: RecordIndex
  /** Position in the index, per image. */
  readonly entries: Uint32Array
  /** Index into `classes`, per image. */
  readonly identities: Uint32Array
  /** The labels as the file counts them, ascending. */
  readonly classes: readonly number[]
  readonly warnings: readonly string[]
}

/** Up to 2^24 a float32 label counts exactly; beyond, neither a class nor where images end can be told by one. */
const exactFloat = 2 ** 24
/** The head of a part and that of an image. */
const shortestRecord = 8 + imageHeaderBytes

/** One record of an index, whole. @throws FormatError naming the file and the key */
export async function readImageRecord(
  file: RandomAccessFile,
  index: RecordIndex,
  entry: number,
): Promise<ImageRecord> {
  const { payload } = await readRecord(file, index.offsets[entry] ?? -1, index.ends[entry])
  return decodeImageRecord(payload, `${file.name} record ${index.keys[entry]}`)
}

/** The images and the label of each, as they stand in the index. @throws FormatError for a label that names no class, or without images */
const labelledImages = (
  { name }: RandomAccessFile,
  index: RecordIndex,
  { labels, hasImage }: RecordHeads,
): { readonly entries: Uint32Array; readonly labels: Float64Array } => {
  const entries = Uint32Array.from(index.keys, (_, i) => i).filter((entry) => hasImage[entry] === 1)
  for (const entry of entries) {
    const label = labels[entry] ?? NaN
    if (!Number.isInteger(label) || label < 0 || label > exactFloat)
      throw new FormatError(
        name,
        `the record ${index.keys[entry]} has the label ${label}, which names no class`,
        index.offsets[entry],
      )
  }
  if (entries.length === 0) throw new FormatError(name, 'no record holds an image')
  return { entries, labels: Float64Array.from(entries, (entry) => labels[entry] ?? NaN) }
}

/** What the header record counts: images are the keys below `first`, identities those from there to `stop`. */
interface Header {
  readonly first: number
  readonly stop: number
}

/** The header record, where there is one. @throws FormatError for counts that cannot be */
const readHeader = (file: RandomAccessFile, index: RecordIndex, heads: RecordHeads): Header | undefined => {
  const zero = findKey(index, 0)
  if (zero < 0 || heads.counts[zero] !== 2 || heads.hasImage[zero] === 1) return undefined
  const [first, stop] = [heads.labels[zero] ?? NaN, heads.seconds[zero] ?? NaN]
  const fail = (reason: string): FormatError => new FormatError(file.name, reason, index.offsets[zero])
  if (!Number.isInteger(first) || !Number.isInteger(stop) || first < 1 || stop < first)
    throw fail(`the header record names the range ${first} to ${stop}`)
  if (first === 1) throw fail('the header record counts no image')
  if ((stop - 1) * shortestRecord > file.size)
    throw fail(
      `the header record counts ${withCommas(stop - 1)} records, more than ${withCommas(file.size)} bytes can hold`,
    )
  return { first, stop }
}

/** What the identity records say of each image key below `first`: the identity, −1 for none, −2 for several. */
interface Ranges {
  readonly identityOf: Int32Array
  /** Identity records that are not there. */
  readonly missing: number
}

const readRanges = (
  file: RandomAccessFile,
  index: RecordIndex,
  heads: RecordHeads,
  { first, stop }: Header,
): Ranges => {
  const identityOf = new Int32Array(first).fill(-1)
  let missing = 0
  // ranges that do not overlap hold each image once: beyond that number they are not looked into
  let left = first - 1
  for (let key = first; key < stop; key++) {
    const entry = findKey(index, key)
    if (entry < 0 || heads.hasImage[entry] === 1) {
      missing++
      continue
    }
    const [start, end] = [heads.labels[entry] ?? NaN, heads.seconds[entry] ?? NaN]
    const isRange = Number.isInteger(start) && Number.isInteger(end) && start >= 1 && end >= start
    if (!isRange || end > first)
      throw new FormatError(
        file.name,
        `the identity record ${key} names the images ${start} to ${end}, expected a range within 1 to ${first}`,
        index.offsets[entry],
      )
    if (end - start > left) continue
    left -= end - start
    for (let image = start; image < end; image++)
      identityOf[image] = identityOf[image] === -1 ? key - first : -2
  }
  return { identityOf, missing }
}

const differing = (
  index: RecordIndex,
  entries: Uint32Array,
  labels: Float64Array,
  { identityOf }: Ranges,
): number => {
  let count = 0
  entries.forEach((entry, i) => {
    if (identityOf[index.keys[entry] ?? -1] !== labels[i]) count++
  })
  return count
}

/**
 * Finds the images of a record file and their classes by the head of every record; the images' own labels decide. Records that are
 * missing from the index or the file, and identity records that say otherwise, are warned of by number.
 * @throws FormatError for a label that names no class, and for counts and ranges that cannot be
 */
export async function readRecordLayout(
  file: RandomAccessFile,
  given: RecordIndex,
  signal?: AbortSignal,
): Promise<RecordLayout> {
  const { index, heads, unlisted } = await readRecordHeads(file, given, signal)
  const warnings: string[] = []
  if (unlisted > 0)
    warnings.push(
      `the index of ${file.name} leaves out ${withCommas(unlisted)} of its ${counted(index.keys.length, 'record')}; ` +
        `${agreeing(unlisted, 'it was', 'they were')} read all the same`,
    )
  const header = readHeader(file, index, heads)
  const { entries, labels } = labelledImages(file, index, heads)
  const byLabels = (): RecordLayout => {
    const classes = [...new Set(labels)].sort((a, b) => a - b)
    const positions = new Map(classes.map((label, position) => [label, position]))
    const identities = Uint32Array.from(labels, (label) => positions.get(label) ?? 0)
    return { kind: 'labels', index, entries, identities, classes, warnings }
  }
  if (header === undefined) return byLabels()
  const wanted = header.first - 1
  if (header.stop <= exactFloat && entries.length !== wanted)
    warnings.push(
      `the header of ${file.name} counts ${counted(wanted, 'image')}, ${withCommas(entries.length)} ` +
        `${agreeing(entries.length, 'is', 'are')} there${missingKeys(index, heads, wanted)}; what is there was read`,
    )
  if (header.stop === header.first || header.stop > exactFloat) return byLabels()
  const ranges = readRanges(file, index, heads, header)
  const people = header.stop - header.first
  if (ranges.missing > 0)
    warnings.push(
      `${withCommas(ranges.missing)} of the ${counted(people, 'identity record')} of ${file.name} ${agreeing(ranges.missing, 'is', 'are')} missing; the images' own labels say who is on them`,
    )
  const others = ranges.missing > 0 ? 0 : differing(index, entries, labels, ranges)
  if (others > 0)
    warnings.push(
      `the identity records of ${file.name} put ${withCommas(others)} of its ${counted(entries.length, 'image')} with other people than the images' own labels do; the labels were believed`,
    )
  if (ranges.missing + others > 0 || entries.length !== wanted) return byLabels()
  return {
    kind: 'ranges',
    index,
    entries,
    identities: Uint32Array.from(labels),
    classes: Array.from({ length: people }, (_, i) => i),
    warnings,
  }
}

/** The first keys below `wanted` without an image, in words; empty where none is. */
const missingKeys = (index: RecordIndex, { hasImage }: RecordHeads, wanted: number): string => {
  const absent: number[] = []
  for (let key = 1; key <= wanted && absent.length < 6; key++) {
    const entry = findKey(index, key)
    if (entry < 0 || hasImage[entry] !== 1) absent.push(key)
  }
  return absent.length === 0 ? '' : ` (not ${absent.slice(0, 5).join(', ')}${absent.length > 5 ? ', …' : ''})`
}

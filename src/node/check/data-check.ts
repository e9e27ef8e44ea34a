/** @file What is wrong with a folder of faces: unreadable, doubled, blurred or misplaced images. It only looks; see `data-apply`. */
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { mapBounded } from '../../base/concurrency.ts'
import { FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { perceptualHash } from '../../data/check/hash.ts'
import type { ComparingOptions, LabelledEmbeddings } from '../../data/check/identities.ts'
import {
  alikeThreshold,
  findAlike,
  findOutliers,
  findOverlap,
  ownCosines,
} from '../../data/check/identities.ts'
import { lowOutlierLimit, sharpness } from '../../data/check/sharpness.ts'
import type { Finding } from '../../data/check/table.ts'
import { gravest } from '../../data/check/table.ts'
import type { DecodeImage, Image } from '../../image/image.ts'
import type { OpenRowProduct } from '../../tensor/row-product.ts'
import { exactDuplicates, nearDuplicates, sharedExactly } from './doubles.ts'
import type { Looked, Report } from './found.ts'
import { aboutIdentity, reporter } from './found.ts'
import type { DataCheckReport } from './report.ts'
import { dataCheckReport } from './report.ts'
import { decodeImage } from '../faces/decode.ts'
import type { FaceSet } from '../faces/face-sets.ts'
import { openFaces } from '../faces/face-sets.ts'
import { openPlaces, type PlaceReader } from '../faces/image-places.ts'
import { unpackedName } from '../faces/pack-records.ts'
import { isRecordData } from '../faces/record-dataset.ts'
import { runtimeProduct } from '../session/score-product.ts'

/** Embeddings [N, D] of images given by position; raw ones are scaled to length 1 here. */
export type EmbedImages = (
  count: number,
  image: (index: number) => Promise<Image>,
) => Promise<{ readonly data: Float32Array; readonly size: number }>

export interface DataCheckOptions {
  /** Folders of the other set (test or training), to look for shared people and images. */
  readonly against?: readonly string[]
  /** How many folders down the people's own lie, in all sets. @defaultValue as `scanFolder` */
  readonly depth?: number
  /** With it, images unlike their folder and folders alike are found. */
  readonly embed?: EmbedImages
  /** A shorter side below this is a finding. @defaultValue 64 */
  readonly small?: number
  readonly decode?: DecodeImage
  readonly signal?: AbortSignal
  /** Multiplies embeddings where they are compared. @defaultValue the ONNX runtime, or plain loops without one */
  readonly openProduct?: OpenRowProduct
  readonly onProgress?: (done: number, total: number, stage: DataCheckStage) => void
}

/** Looking at images; comparing doubtful images, then people with each other, then with those of the other set. */
export type DataCheckStage = 'looking' | 'images' | 'people' | 'sets'

/** A set with its images, open. */
interface OpenSet {
  readonly set: FaceSet
  readonly reader: PlaceReader
  readonly isRecords: boolean
}

const lookAt = async (
  { set, reader, isRecords }: OpenSet,
  index: number,
  decode: DecodeImage,
): Promise<Looked> => {
  const { id, identity } = set.samples[index] ?? { id: '', identity: -1 }
  let found: Pick<Looked, 'digest' | 'name'> = { digest: '', name: id }
  try {
    const bytes = await reader.encoded(index)
    found = {
      digest: createHash('sha256').update(bytes).digest('hex'),
      name: isRecords ? unpackedName(id, set.identities[identity] ?? '', bytes) : id,
    }
    const image = await decode(bytes, reader.name(index))
    return {
      ...found,
      size: { height: image.height, width: image.width },
      sharpness: sharpness(image),
      hashes: { plain: perceptualHash(image), mirrored: perceptualHash(image, true) },
    }
  } catch (error) {
    if (error instanceof FormatError) return { ...found, reason: error.reason }
    throw error
  }
}

const lookAtAll = (
  open: OpenSet,
  options: DataCheckOptions,
  progress: () => void,
): Promise<readonly Looked[]> =>
  mapBounded(open.set.samples, 4, async (_, index) => {
    options.signal?.throwIfAborted()
    const looked = await lookAt(open, index, options.decode ?? decodeImage)
    progress()
    return looked
  })

const qualityFindings = (looked: readonly Looked[], report: Report, small: number): Finding[] => {
  const limit = lowOutlierLimit(looked.flatMap(({ sharpness: value }) => value ?? []))
  const bySharpness = looked
    .map((_, position) => position)
    .sort((a, b) => (looked[a]?.sharpness ?? -1) - (looked[b]?.sharpness ?? -1) || a - b)
  return bySharpness.flatMap((position) => {
    const { reason, size, sharpness: value } = looked[position] ?? {}
    if (reason !== undefined || size === undefined)
      return [report(position, { kind: 'unreadable', action: 'drop', note: reason ?? '' })]
    const found: Finding[] = []
    if (Math.min(size.height, size.width) < small)
      found.push(report(position, { kind: 'small', note: `${size.height}x${size.width} pixels` }))
    if (value !== undefined && value < limit) {
      const note = `sharpness ${value.toFixed(1)}, from ${limit.toFixed(1)} on usual in this set`
      found.push(report(position, { kind: 'blurred', note }))
    }
    return found
  })
}

const single = (set: FaceSet): Finding[] => {
  const counts = new Map<number, number>()
  for (const { identity } of set.samples) counts.set(identity, (counts.get(identity) ?? 0) + 1)
  return set.identities.flatMap((identity, i): Finding[] =>
    counts.get(i) === 1
      ? [
          {
            action: 'keep',
            kind: 'single image',
            identity,
            image: '',
            other: '',
            target: '',
            note: 'one image teaches nothing about how a face varies',
          },
        ]
      : [],
  )
}

const embedded = async (
  { set, reader }: OpenSet,
  looked: readonly Looked[],
  options: DataCheckOptions,
  embed: EmbedImages,
): Promise<{ readonly embeddings: LabelledEmbeddings; readonly positions: readonly number[] }> => {
  const positions = looked.flatMap(({ reason }, position) => (reason === undefined ? [position] : []))
  const { data, size } = await embed(positions.length, async (index) => {
    const position = positions[index] ?? -1
    return (options.decode ?? decodeImage)(await reader.encoded(position), reader.name(position))
  })
  const unit = data.slice()
  for (let start = 0; start < unit.length; start += size) {
    const row = unit.subarray(start, start + size)
    const length = Math.hypot(...row)
    row.set(row.map((value) => (length > 0 ? value / length : 0)))
  }
  const identities = Int32Array.from(positions, (position) => set.samples[position]?.identity ?? 0)
  return { embeddings: { data: unit, size, identities }, positions }
}

/** With two digits, and no minus before nothing. */
const inCosine = (cosine: number): string => cosine.toFixed(2).replace('-0.00', '0.00')

/** Looks through faces in a folder of identities or a RecordIO file. @throws UsageError, DataError, FormatError as `openFaces` */
export async function checkData(folder: string, options: DataCheckOptions = {}): Promise<DataCheckReport> {
  const scan = given({ depth: options.depth })
  await using set = await openFaces([folder], scan)
  await using against = options.against === undefined ? undefined : await openFaces(options.against, scan)
  await using reader = openPlaces(set.places)
  await using theirReader = against === undefined ? undefined : openPlaces(against.places)
  const own: OpenSet = { set, reader, isRecords: await isRecordData(folder) }
  const [first = ''] = options.against ?? []
  const theirs: OpenSet | undefined =
    against === undefined || theirReader === undefined
      ? undefined
      : { set: against, reader: theirReader, isRecords: await isRecordData(first) }
  const total = set.samples.length + (against?.samples.length ?? 0)
  let done = 0
  const progress = (): void => options.onProgress?.(++done, total, 'looking')
  const looked = await lookAtAll(own, options, progress)
  const others = theirs === undefined ? [] : await lookAtAll(theirs, options, progress)
  const report = reporter(set, looked)
  const findings = [
    ...qualityFindings(looked, report, options.small ?? 64),
    ...exactDuplicates(set, looked, report),
    ...(await nearDuplicates(set, looked, others, report)),
    ...single(set),
  ]
  // what is certain stands before what looks alike
  if (against !== undefined) findings.unshift(...sharedExactly(set, looked, against, others, report))
  let alikeFrom: number | undefined
  if (options.embed !== undefined) {
    const mine = await embedded(own, looked, options, options.embed)
    const cosines = ownCosines(mine.embeddings)
    const comparing = (stage: DataCheckStage): ComparingOptions => ({
      openProduct: options.openProduct ?? runtimeProduct(availableParallelism()),
      ...given({ signal: options.signal }),
      onProgress: (compared, all) => options.onProgress?.(compared, all, stage),
    })
    alikeFrom = alikeThreshold(cosines)
    for (const outlier of await findOutliers(mine.embeddings, cosines, comparing('images'))) {
      const other = set.identities[outlier.nearest] ?? ''
      const note = `cosine ${inCosine(outlier.own)} with its own folder, ${inCosine(outlier.other)} with ${other}`
      findings.push(report(mine.positions[outlier.image] ?? -1, { kind: 'unlike its folder', other, note }))
    }
    for (const { first, second, cosine } of await findAlike(mine.embeddings, alikeFrom, comparing('people')))
      findings.push(
        aboutIdentity(
          'folders alike',
          set.identities[first] ?? '',
          set.identities[second] ?? '',
          `cosine ${inCosine(cosine)} between their means`,
        ),
      )
    if (theirs !== undefined) {
      const foreign = await embedded(theirs, others, options, options.embed)
      const overlap = await findOverlap(mine.embeddings, foreign.embeddings, alikeFrom, comparing('sets'))
      for (const { first, second, cosine } of overlap)
        findings.push(
          aboutIdentity(
            'also in the other set',
            set.identities[first] ?? '',
            theirs.set.identities[second] ?? '',
            `cosine ${inCosine(cosine)} between their means`,
          ),
        )
    }
  }
  findings.sort((a, b) => gravest.indexOf(a.kind) - gravest.indexOf(b.kind))
  return dataCheckReport(folder, set, against?.notes ?? [], looked, findings, alikeFrom, options.small ?? 64)
}

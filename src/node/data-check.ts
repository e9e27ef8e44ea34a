/** @file What is wrong with a folder of faces: unreadable, doubled, blurred or misplaced images. It only looks; see `data-apply`. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { mapBounded } from '../base/concurrency.ts'
import { FormatError } from '../base/errors.ts'
import type { ImageHashes } from '../data/check-hash.ts'
import { nearPairs, perceptualHash } from '../data/check-hash.ts'
import type { LabelledEmbeddings } from '../data/check-identities.ts'
import { alikeThreshold, findAlike, findOutliers, findOverlap, ownCosines } from '../data/check-identities.ts'
import { lowOutlierLimit, sharpness } from '../data/check-sharpness.ts'
import type { Finding } from '../data/check-table.ts'
import type { DecodeImage, Size } from '../image/image.ts'
import { decodeImage } from './decode.ts'
import type { FolderDataset } from './folder-dataset.ts'
import { openFolders } from './folder-dataset.ts'

/** Embeddings [N, D] of files, in order; raw ones are scaled to length 1 here. */
export type EmbedFiles = (
  files: readonly string[],
) => Promise<{ readonly data: Float32Array; readonly size: number }>

export interface DataCheckOptions {
  /** Folders of the other set (test or training), to look for shared people and images. */
  readonly against?: readonly string[]
  /** With it, images unlike their folder and folders alike are found. */
  readonly embed?: EmbedFiles
  /** A shorter side below this is a finding. @defaultValue 64 */
  readonly small?: number
  readonly decode?: DecodeImage
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface DataCheckReport {
  readonly schema: 'cosface-data-check/1'
  readonly folder: string
  readonly images: number
  readonly identities: number
  readonly unreadable: number
  /** Images per identity. */
  readonly perIdentity: { readonly fewest: number; readonly median: number; readonly most: number }
  /** Share of all images that the tenth of identities with most images has; 0.1 where all have as many. */
  readonly topTenthShare: number
  readonly sizes: readonly { readonly size: string; readonly images: number }[]
  readonly counts: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
  /** The cosine from which two identities look like one; with `embed` only. */
  readonly alikeFrom?: number
  readonly notes: readonly string[]
}

interface Looked {
  readonly digest: string
  readonly reason?: string
  readonly size?: Size
  readonly sharpness?: number
  readonly hashes?: ImageHashes
}

const lookAt = async (file: string, decode: DecodeImage): Promise<Looked> => {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new FormatError(file, 'cannot be read', undefined, { cause })
  })
  const digest = createHash('sha256').update(bytes).digest('hex')
  try {
    const image = await decode(bytes, file)
    return {
      digest,
      size: { height: image.height, width: image.width },
      sharpness: sharpness(image),
      hashes: { plain: perceptualHash(image), mirrored: perceptualHash(image, true) },
    }
  } catch (error) {
    if (error instanceof FormatError) return { digest, reason: error.reason }
    throw error
  }
}

const lookAtAll = (
  set: FolderDataset,
  options: DataCheckOptions,
  progress: () => void,
): Promise<readonly Looked[]> =>
  mapBounded(set.files, 4, async (file) => {
    options.signal?.throwIfAborted()
    const looked = await lookAt(file, options.decode ?? decodeImage).catch((error: unknown) => {
      if (error instanceof FormatError) return { digest: '', reason: error.reason }
      throw error
    })
    progress()
    return looked
  })

/** A finding about the image at a position. */
type Report = (position: number, finding: Pick<Finding, 'kind' | 'note'> & Partial<Finding>) => Finding

const reporter =
  (set: FolderDataset): Report =>
  (position, finding) => ({
    action: 'keep',
    identity: set.identities[set.samples[position]?.identity ?? -1] ?? '',
    image: set.samples[position]?.id ?? '',
    other: '',
    target: '',
    ...finding,
  })

const exactDuplicates = (set: FolderDataset, looked: readonly Looked[], report: Report): Finding[] => {
  const first = new Map<string, number>()
  const findings: Finding[] = []
  looked.forEach(({ digest }, position) => {
    const earlier = digest === '' ? undefined : first.get(digest)
    if (digest !== '' && earlier === undefined) first.set(digest, position)
    if (earlier === undefined) return
    const isOwn = set.samples[earlier]?.identity === set.samples[position]?.identity
    findings.push(
      report(position, {
        kind: 'exact duplicate',
        action: isOwn ? 'drop' : 'keep',
        other: set.samples[earlier]?.id ?? '',
        note: isOwn ? 'the same file twice' : 'the same file under two identities: one of them is wrong',
      }),
    )
  })
  return findings
}

const nearDuplicates = (set: FolderDataset, looked: readonly Looked[], report: Report): Finding[] =>
  nearPairs(looked.map(({ hashes }) => hashes)).flatMap(({ first, second, bits, mirrored }) => {
    if (looked[first]?.digest === looked[second]?.digest) return []
    const isOwn = set.samples[first]?.identity === set.samples[second]?.identity
    const how = `${bits} of 256 bits differ${mirrored ? ', mirrored' : ''}`
    const note = isOwn ? how : `${how}; under two identities`
    return [report(second, { kind: 'near duplicate', other: set.samples[first]?.id ?? '', note })]
  })

const qualityFindings = (looked: readonly Looked[], report: Report, small: number): Finding[] => {
  const limit = lowOutlierLimit(looked.flatMap(({ sharpness: value }) => value ?? []))
  return looked.flatMap(({ reason, size, sharpness: value }, position) => {
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

const single = (set: FolderDataset): Finding[] => {
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
  set: FolderDataset,
  looked: readonly Looked[],
  embed: EmbedFiles,
): Promise<{ readonly embeddings: LabelledEmbeddings; readonly positions: readonly number[] }> => {
  const positions = looked.flatMap(({ reason }, position) => (reason === undefined ? [position] : []))
  const { data, size } = await embed(positions.map((position) => set.files[position] ?? ''))
  const unit = data.slice()
  for (let start = 0; start < unit.length; start += size) {
    const length = Math.hypot(...unit.subarray(start, start + size))
    for (let i = start; i < start + size; i++) unit[i] = length > 0 ? unit[i]! / length : 0
  }
  const identities = Int32Array.from(positions, (position) => set.samples[position]?.identity ?? 0)
  return { embeddings: { data: unit, size, identities }, positions }
}

const aboutIdentity = (kind: Finding['kind'], identity: string, other: string, note: string): Finding => ({
  action: 'keep',
  kind,
  identity,
  image: '',
  other,
  target: '',
  note,
})

/** Looks through a folder of identities. @throws UsageError, DataError as `openFolders` */
export async function checkData(folder: string, options: DataCheckOptions = {}): Promise<DataCheckReport> {
  await using set = await openFolders([folder])
  await using against = options.against === undefined ? undefined : await openFolders(options.against)
  const total = set.files.length + (against?.files.length ?? 0)
  let done = 0
  const progress = (): void => options.onProgress?.(++done, total)
  const report = reporter(set)
  const looked = await lookAtAll(set, options, progress)
  const others = against === undefined ? [] : await lookAtAll(against, options, progress)
  const findings = [
    ...qualityFindings(looked, report, options.small ?? 64),
    ...exactDuplicates(set, looked, report),
    ...nearDuplicates(set, looked, report),
    ...single(set),
  ]
  if (against !== undefined) findings.push(...shared(set, looked, against, others, report))
  let alikeFrom: number | undefined
  if (options.embed !== undefined) {
    const own = await embedded(set, looked, options.embed)
    const cosines = ownCosines(own.embeddings)
    alikeFrom = alikeThreshold(cosines)
    for (const outlier of findOutliers(own.embeddings, cosines)) {
      const other = set.identities[outlier.nearest] ?? ''
      const note = `cosine ${outlier.own.toFixed(2)} with its own folder, ${outlier.other.toFixed(2)} with ${other}`
      findings.push(report(own.positions[outlier.image] ?? -1, { kind: 'unlike its folder', other, note }))
    }
    for (const { first, second, cosine } of findAlike(own.embeddings, alikeFrom))
      findings.push(
        aboutIdentity(
          'folders alike',
          set.identities[first] ?? '',
          set.identities[second] ?? '',
          `cosine ${cosine.toFixed(2)} between their means; from ${alikeFrom.toFixed(2)} on as alike as one person's images`,
        ),
      )
    if (against !== undefined) {
      const theirs = await embedded(against, others, options.embed)
      for (const { first, second, cosine } of findOverlap(own.embeddings, theirs.embeddings, alikeFrom))
        findings.push(
          aboutIdentity(
            'also in the other set',
            set.identities[first] ?? '',
            against.identities[second] ?? '',
            `cosine ${cosine.toFixed(2)} between their means`,
          ),
        )
    }
  }
  return summary(folder, set, looked, findings, alikeFrom)
}

/** Identities of the same name and images of the same bytes in both sets. */
const shared = (
  set: FolderDataset,
  looked: readonly Looked[],
  against: FolderDataset,
  others: readonly Looked[],
  report: Report,
): Finding[] => {
  const theirNames = new Set(against.names)
  const names = set.names.filter((name) => theirNames.has(name))
  const digests = new Map(others.map(({ digest }, position) => [digest, position]))
  return [
    ...names.map((name) => aboutIdentity('also in the other set', name, name, 'an identity of this name')),
    ...looked.flatMap(({ digest }, position) => {
      const theirs = digest === '' ? undefined : digests.get(digest)
      return theirs === undefined
        ? []
        : [
            report(position, {
              kind: 'also in the other set',
              other: against.samples[theirs]?.id ?? '',
              note: 'the same file',
            }),
          ]
    }),
  ]
}

const summary = (
  folder: string,
  set: FolderDataset,
  looked: readonly Looked[],
  findings: readonly Finding[],
  alikeFrom: number | undefined,
): DataCheckReport => {
  const perIdentity = new Int32Array(set.identities.length)
  for (const { identity } of set.samples) perIdentity[identity]!++
  perIdentity.sort()
  const top = perIdentity.slice(-Math.max(1, Math.round(perIdentity.length / 10)))
  const sizes = new Map<string, number>()
  for (const { size } of looked) {
    const name = size === undefined ? undefined : `${size.height}x${size.width}`
    if (name !== undefined) sizes.set(name, (sizes.get(name) ?? 0) + 1)
  }
  const counts: Record<string, number> = {}
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1
  return {
    schema: 'cosface-data-check/1',
    folder,
    images: set.samples.length,
    identities: set.identities.length,
    unreadable: looked.filter(({ reason }) => reason !== undefined).length,
    perIdentity: {
      fewest: perIdentity[0] ?? 0,
      median: perIdentity[Math.floor(perIdentity.length / 2)] ?? 0,
      most: perIdentity.at(-1) ?? 0,
    },
    topTenthShare: top.reduce((sum, images) => sum + images, 0) / set.samples.length,
    sizes: [...sizes]
      .map(([size, images]) => ({ size, images }))
      .sort((a, b) => b.images - a.images || (a.size < b.size ? -1 : 1))
      .slice(0, 10),
    counts,
    findings,
    ...(alikeFrom === undefined ? {} : { alikeFrom }),
    notes: set.notes,
  }
}

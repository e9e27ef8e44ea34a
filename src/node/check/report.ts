/** @file The report of a data check: counts, findings, and from where on each kind is one. */
import { given } from '../../base/given.ts'
import { nearBits } from '../../data/check/hash.ts'
import { unalignedNote } from '../../data/looks-aligned.ts'
import type { Finding, FindingKind } from '../../data/check/table.ts'
import type { Size } from '../../image/image.ts'
import type { FaceSet } from '../faces/face-sets.ts'

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
  /** What each kind of finding means and from where on something is one, in words. */
  readonly thresholds: Readonly<Record<FindingKind, string>>
  readonly notes: readonly string[]
}

/** Of an image what the report counts; without a size it could not be read. */
interface LookedAt {
  readonly name: string
  readonly reason?: string
  readonly size?: Size
}

const thresholdsOf = (alikeFrom: number | undefined, small: number): DataCheckReport['thresholds'] => {
  const cosine = alikeFrom?.toFixed(2) ?? 'unknown'
  return {
    unreadable: 'cannot be decoded: truncated, no image, or refused for its size',
    'exact duplicate': 'the same bytes',
    'near duplicate': `perceptual hashes, also of the mirror image, that differ in at most ${nearBits} of 256 bits: scaled, recompressed or retouched copies`,
    blurred:
      'variance of the Laplacian on 64x64 cells, its logarithm more than 3.5 scaled median deviations below the set’s median',
    small: `a shorter side of less than ${small} pixels`,
    'single image': 'people of whom there is one image only',
    'unlike its folder': `nearer to another folder’s mean than to its own (of the other images), and below the cosine ${cosine} that nine of ten images reach with their own`,
    'folders alike': `means with a cosine of at least ${cosine}: as alike as nine of ten images are to their own folder`,
    'also in the other set':
      `the same name, the same bytes, or perceptual hashes, also of the mirror image, that differ in at most ${nearBits} of 256 bits` +
      (alikeFrom === undefined ? '' : `; or means with a cosine of at least ${cosine}`),
  }
}

/** The report of findings, with what the set looks like as a whole. */
export const dataCheckReport = (
  folder: string,
  set: FaceSet,
  notesOfOther: readonly string[],
  looked: readonly LookedAt[],
  findings: readonly Finding[],
  alikeFrom: number | undefined,
  small: number,
): DataCheckReport => {
  const perIdentity = new Int32Array(set.identities.length)
  for (const { identity } of set.samples) perIdentity[identity] = (perIdentity[identity] ?? 0) + 1
  perIdentity.sort()
  const top = perIdentity.slice(-Math.max(1, Math.round(perIdentity.length / 10)))
  const sizes = new Map<string, number>()
  for (const { size } of looked) {
    const name = size === undefined ? undefined : `${size.height}x${size.width}`
    if (name !== undefined) sizes.set(name, (sizes.get(name) ?? 0) + 1)
  }
  const unaligned = unalignedNote(
    looked.flatMap(({ size, name }) => (size === undefined ? [] : [{ name, size }])),
  )
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
    ...given({ alikeFrom }),
    thresholds: thresholdsOf(alikeFrom, small),
    notes: [...set.notes, ...notesOfOther, ...(unaligned === undefined ? [] : [unaligned])],
  }
}

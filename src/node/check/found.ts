/** @file What is seen of an image that a check looks at, and findings about an image or a person. */
import type { ImageHashes } from '../../data/check/hash.ts'
import type { Finding } from '../../data/check/table.ts'
import type { Size } from '../../image/image.ts'
import type { FaceSet } from '../faces/face-sets.ts'

/** What is kept of an image; without a size it could not be read. */
export interface Looked {
  readonly digest: string
  /** What the image is called in findings: relative to the folder, or to what `pack folder` makes of a record file. */
  readonly name: string
  readonly reason?: string
  readonly size?: Size
  readonly sharpness?: number
  readonly hashes?: ImageHashes
}

/** A finding about the image at a position. */
export type Report = (position: number, finding: Pick<Finding, 'kind' | 'note'> & Partial<Finding>) => Finding

/** Findings about images of a set. */
export const reporter =
  (set: FaceSet, looked: readonly Looked[]): Report =>
  (position, finding) => ({
    action: 'keep',
    identity: set.identities[set.samples[position]?.identity ?? -1] ?? '',
    image: looked[position]?.name ?? '',
    other: '',
    target: '',
    ...finding,
  })

/** A finding about a person. */
export const aboutIdentity = (
  kind: Finding['kind'],
  identity: string,
  other: string,
  note: string,
): Finding => ({ action: 'keep', kind, identity, image: '', other, target: '', note })

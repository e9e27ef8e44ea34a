/** @file A detected face as a recogniser gets it: its crop, its quality, and whether the rule rejects it. */
import { alignmentPoints, alignmentTransform, warpFace } from '../image/alignment.ts'
import { invertAffine } from '../image/affine.ts'
import type { Image, Point, Size } from '../image/image.ts'
import type { DetectedFace } from './detected-face.ts'
import { qualityOf, rejectionOf, usualRejection } from './quality.ts'
import type { FaceQuality, Rejection, RejectionRule } from './quality.ts'

/** A face with its crop. */
export interface AlignedFace extends DetectedFace {
  readonly quality: FaceQuality
  /** Why the rejection rule would not have it; absent where it would. */
  readonly rejected?: Rejection
  /** With the landmarks at the alignment points; black where the photograph ends. */
  readonly crop: Image
}

/** Where faces are aligned to, and which are rejected. */
export interface AlignOptions {
  /** The crop's size. */
  readonly size: Size
  /** The contract's five. @defaultValue those of the field for crops of this size */
  readonly points?: readonly Point[]
  /** The rule, or `false` to reject nobody. @defaultValue `usualRejection` */
  readonly reject?: RejectionRule | false
}

/** Aligns one face of a photograph. @throws UsageError where it has fewer than two landmarks to align by */
export function alignDetected(photograph: Image, face: DetectedFace, options: AlignOptions): AlignedFace {
  const { size, points = alignmentPoints(size), reject = usualRejection } = options
  const transform = alignmentTransform(face.landmarks, points)
  const crop = warpFace(photograph, transform, size)
  const quality = qualityOf(face, crop, invertAffine(transform), photograph)
  const rejected = reject === false ? undefined : rejectionOf(quality, reject)
  return { ...face, quality, ...(rejected === undefined ? {} : { rejected }), crop }
}

/** @file A photograph's faces, found and cut out: what every use of them begins with. */
import { alignmentNames } from '../image/alignment.ts'
import type { Image } from '../image/image.ts'
import type { Turn } from '../image/turn.ts'
import { alignDetected } from './aligned-face.ts'
import type { AlignedFace, AlignOptions } from './aligned-face.ts'
import type { DetectedFace } from './detected-face.ts'
import type { Detector } from './detector.ts'
import { findFaces } from './find-faces.ts'
import type { FindOptions, PhotographFacts } from './find-faces.ts'

export interface CutOptions extends FindOptions, AlignOptions {}

/** The faces of a photograph with their crops. */
export interface CutFaces {
  /** The largest first; rejected ones are among them and say so. */
  readonly faces: readonly AlignedFace[]
  /** Quarter turns clockwise that put the faces upright; boxes and landmarks are of the photograph as it was handed in. */
  readonly turn: Turn
  /** How many were found, before one was chosen. */
  readonly total: number
}

/** Whether a face has enough landmarks to be aligned by: two of eyes, nose and mouth. */
export function canBeAligned({ landmarks }: DetectedFace): boolean {
  return [...alignmentNames, 'mouth' as const].filter((name) => landmarks[name] !== undefined).length >= 2
}

/** Finds and aligns the faces of a photograph; what has too few landmarks to be aligned by is left out. */
export async function cutFaces(
  detector: Detector,
  photograph: Image,
  options: CutOptions,
  facts: PhotographFacts = {},
): Promise<CutFaces> {
  const { faces, turn, total } = await findFaces(detector, photograph, options, facts)
  return {
    turn,
    total,
    faces: faces.filter(canBeAligned).map((face) => alignDetected(photograph, face, options)),
  }
}

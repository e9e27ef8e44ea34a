/** @file How good a picture of a face is, as named numbers, and the rule by which a face is rejected. */
import { brightnessAt } from '../data/brightness.ts'
import { sharpness } from '../data/check/sharpness.ts'
import type { Affine } from '../image/affine.ts'
import { applyAffine } from '../image/affine.ts'
import type { Image, Size } from '../image/image.ts'
import type { DetectedFace } from './detected-face.ts'
import { poseOf } from './pose.ts'

/** What a face's picture is like. Angles are missing where the landmarks do not tell. */
export interface FaceQuality {
  /** Between the eyes' middles, in pixels of the photograph; missing where the eyes are. */
  readonly eyeDistance?: number
  /** Variance of the Laplacian of the aligned crop's brightness on 64×64 cells, in squared grey levels. */
  readonly sharpness: number
  /** In degrees, positive where the nose points to the right of the photograph. */
  readonly yaw?: number
  /** In degrees, positive where the face looks up. */
  readonly pitch?: number
  /** In degrees, positive clockwise. */
  readonly roll?: number
  /** Mean brightness of the middle of the aligned crop, 0 to 255. */
  readonly exposure: number
  /** Share of the middle of the aligned crop that is almost black or almost white, 0 to 1. */
  readonly clipped: number
  /** Share of the aligned crop that lies outside the photograph, 0 to 1. */
  readonly cutOff: number
  /** The detector's score, 0 to 1. */
  readonly score: number
}

/** A number of a face's quality. */
export type QualityMeasure = keyof FaceQuality

/** What a measure must be at least and at most; of an angle the size counts, not the side. */
export interface QualityLimits {
  readonly min?: number
  readonly max?: number
}

/** Faces outside any of these limits are rejected; a measure that is missing rejects nobody. */
export type RejectionRule = Readonly<Partial<Record<QualityMeasure, QualityLimits>>>

/** Why a face was rejected: the first limit that it breaks, in the order of the measures. */
export interface Rejection {
  readonly measure: QualityMeasure
  readonly value: number
  readonly limit: number
  /** In words: `eye distance 9.1 pixels, less than 16`. */
  readonly reason: string
}

interface MeasureWords {
  readonly name: string
  readonly unit: string
  /** Counts by its size, to either side. */
  readonly isAngle: boolean
  /** Decimals shown. */
  readonly decimals: number
}

/** Every measure with its words, in the order in which they are judged and shown. */
export const qualityMeasures: Readonly<Record<QualityMeasure, MeasureWords>> = {
  score: { name: 'score', unit: '', isAngle: false, decimals: 2 },
  eyeDistance: { name: 'eye distance', unit: 'pixels', isAngle: false, decimals: 1 },
  cutOff: { name: 'share outside the photograph', unit: '', isAngle: false, decimals: 2 },
  yaw: { name: 'yaw', unit: 'degrees', isAngle: true, decimals: 0 },
  pitch: { name: 'pitch', unit: 'degrees', isAngle: true, decimals: 0 },
  roll: { name: 'roll', unit: 'degrees', isAngle: true, decimals: 0 },
  exposure: { name: 'exposure', unit: 'grey levels', isAngle: false, decimals: 0 },
  clipped: { name: 'share without detail (black or white)', unit: '', isAngle: false, decimals: 2 },
  sharpness: { name: 'sharpness', unit: 'squared grey levels', isAngle: false, decimals: 0 },
}

/** The names of the measures, in that order. */
export const qualityNames = Object.keys(qualityMeasures) as readonly QualityMeasure[]

/** The rule that holds where none is given. */
export const usualRejection: RejectionRule = {
  eyeDistance: { min: 16 },
  cutOff: { max: 0.3 },
  yaw: { max: 60 },
  exposure: { min: 25, max: 235 },
  sharpness: { min: 20 },
}

/** Almost black and almost white, in grey levels. */
const black = 4
const white = 251

/** The quality of a face. @param inverse from the crop's pixels to the photograph's */
export function qualityOf(face: DetectedFace, crop: Image, inverse: Affine, photograph: Size): FaceQuality {
  const { leftEye, rightEye } = face.landmarks
  const eyes =
    leftEye === undefined || rightEye === undefined
      ? {}
      : { eyeDistance: Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y) }
  return {
    ...eyes,
    ...poseOf(face.landmarks),
    ...lightOf(crop),
    sharpness: sharpness(crop),
    cutOff: shareOutside(crop, inverse, photograph),
    score: face.score,
  }
}

/** Of the middle half in width and height, which is face in every crop. */
const lightOf = ({ data, height, width }: Image): Pick<FaceQuality, 'exposure' | 'clipped'> => {
  const [top, left] = [Math.floor(height / 4), Math.floor(width / 4)]
  let sum = 0
  let clipped = 0
  let count = 0
  for (let y = top; y < height - top; y++) {
    for (let x = left; x < width - left; x++) {
      const level = brightnessAt(data, 3 * (y * width + x))
      sum += level
      if (level <= black || level >= white) clipped++
      count++
    }
  }
  return { exposure: sum / count, clipped: clipped / count }
}

/** Counted on a grid of the crop's pixels, every second one. */
const shareOutside = (crop: Size, inverse: Affine, { height, width }: Size): number => {
  let outside = 0
  let count = 0
  for (let y = 0; y < crop.height; y += 2) {
    for (let x = 0; x < crop.width; x += 2) {
      const from = applyAffine(inverse, { x, y })
      if (!(from.x >= -0.5 && from.y >= -0.5 && from.x <= width - 0.5 && from.y <= height - 0.5)) outside++
      count++
    }
  }
  return outside / count
}

/** Whether a face is rejected, and why; undefined where it is not. */
export function rejectionOf(quality: FaceQuality, rule: RejectionRule): Rejection | undefined {
  for (const measure of qualityNames) {
    const limits = rule[measure]
    const given = quality[measure]
    if (limits === undefined || given === undefined) continue
    const { name, unit, isAngle, decimals } = qualityMeasures[measure]
    const value = isAngle ? Math.abs(given) : given
    const low = limits.min !== undefined && !(value >= limits.min)
    const high = limits.max !== undefined && !(value <= limits.max)
    const limit = low ? limits.min : high ? limits.max : undefined
    if (limit === undefined) continue
    const words = unit === '' ? '' : ` ${unit}`
    return {
      measure,
      value: given,
      limit,
      reason: `${name} ${given.toFixed(decimals)}${words}, ${low ? `less than ${limit}` : `more than ${limit}`}`,
    }
  }
  return undefined
}

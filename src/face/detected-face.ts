/** @file A face as a detector finds it. */
import type { Landmarks } from '../image/alignment.ts'

/** A rectangle in pixels of the photograph; it may reach beyond the border. */
export interface FaceBox {
  /** Left edge. */
  readonly x: number
  /** Upper edge. */
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A face that was found, in pixels of the upright photograph as it was handed in. */
export interface DetectedFace {
  readonly box: FaceBox
  /** How sure the detector is, 0 to 1; no probability, and not comparable between detectors. */
  readonly score: number
  /** The points the detector knows, by name; left and right as seen with the face upright. */
  readonly landmarks: Landmarks
}

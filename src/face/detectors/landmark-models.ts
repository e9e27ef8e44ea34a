/** @file Networks that find landmarks in a face's box, for detectors that give boxes alone. */
import type { LandmarkName } from '../../image/alignment.ts'
import type { Point, Size } from '../../image/image.ts'
import type { PixelRule } from '../../image/pixel-rule.ts'
import type { DetectorPorts } from './record.ts'

/** How one file of a kind is fed and read. */
export interface LandmarkForm {
  readonly input: string
  readonly size: Size
  readonly output: string
}

/** A kind of landmark model. */
export interface LandmarkRecord {
  readonly name: string
  readonly source: string
  readonly tried: string
  /** The points kept of those it gives, in the order of `decode`. */
  readonly landmarks: readonly LandmarkName[]
  readonly pixels: PixelRule
  /** The points as shares of the box's width and height, from its upper left corner. */
  readonly decode: (output: Float32Array) => readonly Point[]
  readonly recognise: (ports: DetectorPorts) => LandmarkForm | undefined
}

/** Which of 68 points are averaged for each landmark: the lids for an eye, outer and inner corner of the lips. */
const of68: Readonly<
  Record<'leftEye' | 'rightEye' | 'nose' | 'leftMouth' | 'rightMouth', readonly number[]>
> = {
  leftEye: [37, 38, 40, 41],
  rightEye: [43, 44, 46, 47],
  nose: [30],
  leftMouth: [48, 60],
  rightMouth: [54, 64],
}

const landmarks68: LandmarkRecord = {
  name: 'landmarks68',
  source: 'the 68 points of iBUG 300-W, reduced to eyes, nose tip and mouth corners',
  tried: 'fr_landmark.onnx of faceplugin-face-recognition-js 0.0.1 (MIT), 64×64 grey',
  landmarks: ['leftEye', 'rightEye', 'nose', 'leftMouth', 'rightMouth'],
  pixels: { layout: 'nchw', channels: 'grey', mean: 0, std: 256 },
  decode: (output) =>
    Object.values(of68).map((places) => ({
      x: places.reduce((sum, place) => sum + (output[2 * place] ?? NaN), 0) / places.length,
      y: places.reduce((sum, place) => sum + (output[2 * place + 1] ?? NaN), 0) / places.length,
    })),
  recognise: ({ inputs, outputs }) => {
    const [input] = inputs
    const [output] = outputs
    const [, depth, height, width] = input?.shape ?? []
    if (input === undefined || output === undefined || inputs.length + outputs.length !== 2) return undefined
    if (depth !== 1 || output.shape?.at(-1) !== 136) return undefined
    if (typeof height !== 'number' || typeof width !== 'number') return undefined
    return { input: input.name, size: { height, width }, output: output.name }
  },
}

export const landmarkRecords: readonly LandmarkRecord[] = [landmarks68]

/** @file What a kind of detector is: everything that tells its files from others and turns its numbers into faces. */
import type { LandmarkName } from '../../image/alignment.ts'
import type { Point, Size } from '../../image/image.ts'
import type { OnnxFile } from '../../onnx/decode.ts'
import type { PixelRule } from '../../image/pixel-rule.ts'

/** A face before doubles are taken out, in pixels of the network's input. */
export interface Candidate {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly score: number
  /** In the order of the record's landmarks. */
  readonly points: readonly Point[]
}

/** What a detector's file declares, as far as recognising it needs. */
export type DetectorPorts = Pick<OnnxFile, 'inputs' | 'outputs'>

/** How one file of a kind is fed and read. */
export interface DetectorForm {
  readonly input: string
  /** The input's size, or what its sides must be a multiple of. */
  readonly size: Size | { readonly multipleOf: number }
  /** Names of the outputs, in the order in which `decode` wants them. */
  readonly outputs: readonly string[]
  /**
   * The candidates whose score is at least `threshold`.
   * @param size what the network was fed
   */
  readonly decode: (outputs: readonly Float32Array[], size: Size, threshold: number) => readonly Candidate[]
}

/** A kind of detector. */
export interface DetectorRecord {
  readonly name: string
  /** What it is and where it was published. */
  readonly source: string
  /** The weights it was tried with, in words; undefined where none could be had and only the decoding is tested. */
  readonly tried: string | undefined
  /** The points it gives, in the order of its output; empty where it gives boxes alone. */
  readonly landmarks: readonly LandmarkName[]
  readonly pixels: PixelRule
  /** Candidates below this score are no faces. */
  readonly threshold: number
  /**
   * Below this score a face is weak: other turns of the photograph are tried. About what all but a few upright faces
   * reach, and turned ones seldom.
   */
  readonly weak: number
  /** Of candidates that overlap by more than this share (intersection over union), one is left. */
  readonly overlap: number
  /** The one left is the best, or the mean of them weighted by their scores. */
  readonly doubles: 'best' | 'mean'
  /** The way a file of this kind is fed and read; undefined for files of other kinds. */
  readonly recognise: (ports: DetectorPorts) => DetectorForm | undefined
}

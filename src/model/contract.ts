/** @file A model's contract: everything needed to feed it and to read what it returns. Stored in the ONNX metadata. */
import type { FlipRule } from '../evaluate/features.ts'
import type { Point, Size } from '../image/image.ts'
import type { Seen } from './seen.ts'

/** Pixels of a side of the images that a model takes, at most. */
export const largestSide = 1024

export interface ModelContract {
  readonly schema: 'cosface-model/1'
  /** A hash of weights and preprocessing; embeddings of different ids are never mixed. */
  readonly id: string
  /** A hash of the weights alone, from which the id follows. */
  readonly weights: string
  readonly input: Size
  readonly channels: 'rgb' | 'bgr'
  /** (pixel − mean) / std, pixels in [0, 255]. */
  readonly mean: number
  readonly std: number
  readonly flip: FlipRule
  readonly embeddingSize: number
  /** embeddingSize, doubled by `concat`. */
  readonly templateSize: number
  /** Left eye, right eye, nose, left and right mouth corner in input pixels; absent where unknown. */
  readonly alignmentPoints?: readonly Point[]
  readonly license?: string
  /** What it was trained on and how, in plain words and numbers. */
  readonly training?: Readonly<Record<string, string | number>>
}

/** Prepared pixels [N, 3, H, W] → raw embeddings [N, D], neither normalised nor fused. */
export type Embed = (pixels: Float32Array, count: number) => Promise<Float32Array>

/** A model that can be asked; pixels are of the contract's input. */
export interface EmbeddingModel extends AsyncDisposable {
  readonly contract: ModelContract
  readonly embed: Embed
  /** Whom it has seen, where its file says so. */
  readonly seen?: Seen
}

/** How many numbers an embedding has and, where it differs, a template: what a file of templates holds for an image. */
export function sizesInWords({ embeddingSize, templateSize }: ModelContract): string {
  return templateSize === embeddingSize
    ? `embeddings of ${embeddingSize} numbers`
    : `embeddings of ${embeddingSize} numbers, templates of ${templateSize} with the mirror image’s`
}

/** @file What an embedding was made with: two embeddings are compared only where all of it is equal. */
import type { FlipRule } from '../evaluate/features.ts'

/** Everything between a photograph and an embedding that changes its numbers. */
export interface EmbeddingOrigin {
  /** The contract id of the recogniser. */
  readonly model: string
  /** The id of the detector whose landmarks the face was aligned by; `given` for crops aligned elsewhere. */
  readonly detector: string
  /** The aligner and its version, such as `umeyama-bilinear/1`. */
  readonly aligner: string
  readonly flip: FlipRule
  /** Numbers in an embedding, after flip features are put together. */
  readonly size: number
}

const parts = ['model', 'detector', 'aligner', 'flip', 'size'] as const

/** A part in which two origins differ, with both values; undefined where the embeddings can be compared. */
export function originDifference(
  first: EmbeddingOrigin,
  second: EmbeddingOrigin,
): { readonly part: keyof EmbeddingOrigin; readonly first: string; readonly second: string } | undefined {
  const part = parts.find((name) => first[name] !== second[name])
  return part === undefined ? undefined : { part, first: String(first[part]), second: String(second[part]) }
}

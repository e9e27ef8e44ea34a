/** @file A loss on the embeddings themselves, alone or added to a margin head, as data. */
import type { AnyValue } from '../graph/value.ts'
import type { HeadBuffer, HeadResult, HeadSize, LossOption } from './head.ts'
import type { LossOptions } from './options.ts'
import type { LossRemedies } from './remedies.ts'

/** What an embedding loss sees of a batch. */
export interface EmbeddingContext {
  /** Raw embeddings [N, D]. */
  readonly features: AnyValue
  /** int32 [N]. */
  readonly labels: AnyValue
  readonly size: HeadSize
  readonly options: LossOptions
  /** A buffer of the loss by its name. */
  readonly value: (name: string) => AnyValue
}

/** A sample between two people, each known by an image of theirs or by their centre. */
export interface BetweenTwo {
  /** Cosine to its own person, and to the other. */
  readonly own: number
  readonly other: number
  /** Lengths of the sample, of its own person's centre and of the other's. */
  readonly norms: { readonly sample: number; readonly own: number; readonly other: number }
}

/** A loss without class weights. */
export interface EmbeddingLoss {
  readonly kind: 'embedding'
  readonly name: string
  readonly aliases: readonly string[]
  /** One line for lists and help. */
  readonly title: string
  /** The option that adds this loss to a margin head. */
  readonly weight: LossOption
  readonly options: readonly LossOption[]
  readonly needsImagesPerIdentity: boolean
  /** What the loss takes from all images of a batch together: computed in parts, the update is another one. */
  readonly acrossBatch: string | undefined
  /** What may be changed where a training with it does not go well. */
  readonly remedies: LossRemedies
  readonly buffers?: (size: HeadSize) => readonly HeadBuffer[]
  /** By how much a sample has what the loss asks of its label, in units of cos θ; 0 where it just has. */
  readonly slack: (sample: BetweenTwo, options: LossOptions) => number
  /** The loss alone, with the metrics it can give. */
  readonly evaluate: (context: EmbeddingContext) => HeadResult
}

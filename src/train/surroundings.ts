/** @file What a training asks of the world around it; the platform doors supply it. */
import type { BatchSource } from '../data/dataset.ts'
import type { VerificationResult } from '../evaluate/result.ts'
import type { OpenSession } from '../runtime/session.ts'
import type { Checkpoint, CheckpointStore } from './checkpoint.ts'
import type { DataSummary } from './events.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Prepared pixels [N, 3, H, W] → raw embeddings [N, D]. */
export type Embed = (pixels: Float32Array, count: number) => Promise<Float32Array>

/** Pairs that are verified while training. Only `validation` chooses the best model. */
export interface ValidationSet {
  readonly kind: 'validation' | 'watch'
  readonly name: string
  evaluate(embed: Embed, signal: AbortSignal): Promise<VerificationResult>
}

export interface TrainingData {
  /** In the order of the labels. */
  readonly identities: readonly string[]
  readonly batches: BatchSource
  readonly summary: DataSummary
}

export interface Surroundings {
  readonly openSession: OpenSession
  readonly data: TrainingData
  readonly validation: readonly ValidationSet[]
  readonly checkpoints: CheckpointStore
  /** Where to go on from; left out, training starts anew. */
  readonly resume?: Checkpoint
  /** Weights that a new training starts from, by name; the others are drawn from the seed. */
  readonly initial?: ReadonlyMap<string, Tensor>
  /** A measured plan that displaces the table's. */
  readonly plan?: Checkpoint['record']['plan']
}

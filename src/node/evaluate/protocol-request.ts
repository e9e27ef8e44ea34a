/** @file What is asked of a protocol: who is evaluated, on which inputs, how. */
import type { FlipRule } from '../../evaluate/features.ts'
import type { ProtocolAsked } from '../../evaluate/protocols/registry.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import type { JudgedPairs } from './evaluate-pairs.ts'
import type { ChosenProtocol } from './protocol-guess.ts'

/** A model, or a file of embeddings (for MegaFace also a folder of OpenCV matrices). */
export type Subject =
  | { readonly kind: 'model'; readonly model: Pick<EmbeddingModel, 'contract' | 'embed' | 'seen'> }
  | { readonly kind: 'embeddings'; readonly path: string; readonly names?: string }

/** What is asked of a protocol: its own options, and what all are asked. */
export interface ProtocolRequest extends Partial<ProtocolAsked> {
  /** What reports call the model. */
  readonly name: string
  readonly chosen: ChosenProtocol
  readonly images?: string
  readonly flip?: FlipRule
  readonly seed: number
  readonly replicates?: number
  readonly threads?: number
  /** Decodes the images a model is given. */
  readonly decode?: DecodeImage
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** An evaluation; `pairs` where single pairs were judged. */
export interface ProtocolRun {
  readonly evaluation: ProtocolEvaluation
  readonly pairs?: JudgedPairs
}

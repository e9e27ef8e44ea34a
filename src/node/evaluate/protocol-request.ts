/** @file What is asked of a protocol: who is evaluated, on which inputs, how. */
import type { FlipRule } from '../../evaluate/features.ts'
import type { Convention } from '../../evaluate/protocol/convention.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import type { PoolingFlags } from '../../evaluate/protocol/templates.ts'
import type { VideoPooling } from '../../evaluate/protocol/video.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import type { JudgedPairs } from './evaluate-pairs.ts'
import type { MegafaceLists } from './megaface-sources.ts'
import type { ChosenProtocol } from './protocol-guess.ts'

/** A model, or a file of embeddings (for MegaFace also a folder of OpenCV matrices). */
export type Subject =
  | { readonly kind: 'model'; readonly model: Pick<EmbeddingModel, 'contract' | 'embed' | 'seen'> }
  | { readonly kind: 'embeddings'; readonly path: string; readonly names?: string }

/** What a row of embeddings is in a template benchmark. */
export type TemplateRows = 'image' | 'image+mirror' | 'template'

export interface ProtocolRequest {
  /** What reports call the model. */
  readonly name: string
  readonly chosen: ChosenProtocol
  readonly pairs?: string
  readonly randomPairs?: number
  readonly images?: string
  /** How many folders down in `images` the people's own lie. */
  readonly depth?: number
  readonly convention?: Convention
  readonly flip?: FlipRule
  readonly thresholdFrom?: string
  readonly threshold?: number
  readonly skipMissing?: boolean
  /** A CSV of groups, and its columns to group by, with ranges where they have any (`age:18,30,50`). */
  readonly groups?: { readonly file: string; readonly columns: readonly string[] }
  /** How templates are made of images. */
  readonly pooling?: PoolingFlags
  readonly rows?: TemplateRows
  readonly videoPooling?: VideoPooling
  readonly frames?: number
  readonly distractors?: string
  readonly lists?: MegafaceLists
  readonly sizes?: readonly number[]
  readonly suffix?: string
  readonly gallery?: string
  readonly enrolled?: number
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

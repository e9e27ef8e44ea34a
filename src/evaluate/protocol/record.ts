/** @file What makes a figure repeatable: which protocol on which files, by which model, with which convention and seed. */

import type { Overlap } from '../overlap.ts'

/** What is asked: whether two faces are of one person, or who somebody is among many. */
export type Question = 'pairs' | 'searches'

/** What a reader needs to repeat a figure. */
export interface ProtocolRecord {
  /** The benchmark by the name the command line knows it by. */
  readonly protocol: string
  /** As its authors call it. */
  readonly title: string
  /** Whether pairs are asked for or searches. */
  readonly question: Question
  /** `cosface`, `centred`, `insightface`; the flags of templates; the pooling of frames; raw or refined lists. */
  readonly convention: string
  /** The model's id: a hash of weights and preprocessing; absent for embeddings from elsewhere. */
  readonly model?: string
  /** Of embeddings in an order of their own: whether rows were found by their names or by their place. */
  readonly rows?: string
  /** How faces were cut out: `as given` or the points they were aligned by. */
  readonly aligner: string
  readonly seed: number
  /** What the model is known to have seen of these people and images; absent where nothing is known. */
  readonly overlap?: Overlap
  /** The lists, packs and feature files that were read. */
  readonly files: readonly string[]
}

/** A share such as a FAR the way the field writes it: `1e-6`, `0.003`. */
export function rateText(rate: number): string {
  const text = rate.toExponential()
  return text.startsWith('1e-') ? text : String(rate)
}

/** @file What makes a figure repeatable: which protocol on which files, by which model, with which convention and seed. */

import type { Overlap } from '../overlap.ts'

/** Benchmarks by the names the command line knows them by; `bin` is a pack with its images, `pairs` any list. */
export type ProtocolName =
  | 'lfw'
  | 'cfp-ff'
  | 'cfp-fp'
  | 'agedb'
  | 'calfw'
  | 'cplfw'
  | 'ytf'
  | 'bin'
  | 'ijbb'
  | 'ijbc'
  | 'megaface'
  | 'pairs'
  | 'identify'
  | 'retrieval'

/** Those whose result is a list of pairs, with an image on either side. */
export const pairProtocols: readonly ProtocolName[] = [
  'lfw',
  'cfp-ff',
  'cfp-fp',
  'agedb',
  'calfw',
  'cplfw',
  'bin',
  'pairs',
]

/** What a reader needs to repeat a figure. */
export interface ProtocolRecord {
  readonly protocol: ProtocolName
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

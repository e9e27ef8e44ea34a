/** @file Who is evaluated. */
import type { EmbeddingModel } from '../../model/contract.ts'
import type { Embeddings } from './protocol-embeddings.ts'

/** A model, or embeddings it gave before. */
export type Evaluated =
  | { readonly kind: 'model'; readonly model: Pick<EmbeddingModel, 'contract' | 'embed'> }
  | { readonly kind: 'embeddings'; readonly embeddings: Embeddings }

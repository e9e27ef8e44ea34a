/** @file Scores of probes with a block of templates; a platform gives a fast way. */
import { plainRowProduct } from '../tensor/row-product.ts'

/** Multiplies: probes [P, D] with a block [rows, D] → scores [P, rows]. The result may be reused by the call after the next. */
export interface Scorer extends AsyncDisposable {
  score(probes: Float32Array, size: number, block: Float32Array, rows: number): Promise<Float32Array>
}

/** By loops: for small galleries, and the yardstick of faster ways. */
export const plainScorer: Scorer = {
  score: (probes, size, block, rows) => plainRowProduct({ data: probes, size })(block, rows),
  [Symbol.asyncDispose]: async () => {},
}

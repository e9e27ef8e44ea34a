/** @file Whether two ways of computing an embedding give the same one. */
import { DataError } from '../base/errors.ts'
import { cosine } from '../evaluate/features.ts'
import type { Embed } from './contract.ts'

/** How far two embedders are apart. */
export interface Parity {
  /**
   * The largest |Δcos|: between the two embeddings of an image (1 − cos), and between the cosines of two images under
   * the one and under the other.
   */
  readonly maxCosineDifference: number
  readonly images: number
}

/** Above this, an exported model is not the trained one. */
export const parityLimit = 1e-4

/** Compares two embedders on prepared pixels [N, 3, H, W]. @throws DataError where they give different sizes or no numbers */
export async function parity(one: Embed, other: Embed, pixels: Float32Array, count: number): Promise<Parity> {
  const a = await one(pixels, count)
  const b = await other(pixels, count)
  if (a.length !== b.length || count < 1) {
    throw new DataError(
      `The two embeddings have different sizes: ${a.length / count} and ${b.length / count}`,
    )
  }
  const size = a.length / count
  let worst = 0
  const differ = (difference: number): void => {
    if (Number.isNaN(difference)) throw new DataError('An embedding is zero or not finite')
    worst = Math.max(worst, Math.abs(difference))
  }
  for (let i = 0; i < count; i++) {
    differ(1 - cosine(a, i * size, b, i * size, size))
    for (let j = 0; j < i; j++) {
      differ(cosine(a, i * size, a, j * size, size) - cosine(b, i * size, b, j * size, size))
    }
  }
  return { maxCosineDifference: worst, images: count }
}

/** Refuses embedders that are too far apart. @throws DataError */
export function checkParity({ maxCosineDifference, images }: Parity): void {
  if (maxCosineDifference <= parityLimit) return
  throw new DataError(
    `The exported model does not give the embeddings of the trained weights: on ${images} images max |Δcos| is ` +
      `${maxCosineDifference.toExponential(1)}, more than ${parityLimit.toExponential(0)}`,
  )
}

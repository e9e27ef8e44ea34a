/** @file Prepared pixels to templates, by the contract. */
import { fuse } from '../evaluate/features.ts'
import type { RowName } from '../evaluate/features.ts'
import { mirrorPlanes } from '../image/normalise.ts'
import type { Embed, ModelContract } from './contract.ts'

/** What embedding by contract needs of a model. */
export interface PixelModel {
  readonly contract: Pick<ModelContract, 'input' | 'flip' | 'embeddingSize'>
  readonly embed: Embed
}

/**
 * Templates [N, T] of length 1 from prepared pixels [N, 3, H, W]; the mirror images are embedded where the flip rule
 * asks for them.
 * @param nameOf what image N is called in messages
 * @param lengths takes how long each template was before it got length 1
 * @throws DataError on an image whose embedding has no direction
 */
export async function embedTemplates(
  { contract, embed }: PixelModel,
  pixels: Float32Array,
  count: number,
  nameOf?: RowName,
  lengths?: Float64Array,
): Promise<Float32Array> {
  const raw = await embed(pixels, count)
  const mirrored =
    contract.flip === 'none' ? undefined : await embed(mirrorPlanes(pixels, contract.input), count)
  return fuse(raw, mirrored, contract.embeddingSize, contract.flip, nameOf, lengths)
}

/** @file Many images through a model, in order: a batch is read and decoded while the one before is embedded, and no more is held. */
import { mapBounded } from '../base/concurrency.ts'
import { given } from '../base/given.ts'
import type { Image } from '../image/image.ts'
import { mirrorPlanes, normalise } from '../image/normalise.ts'
import { networkCrop } from '../image/resample.ts'
import type { Embed, ModelContract } from './contract.ts'

/** What feeding images takes of a model. */
export interface AheadModel {
  readonly contract: Pick<ModelContract, 'input' | 'channels' | 'mean' | 'std'>
  readonly embed: Embed
}

export interface AheadOptions {
  /** Whether mirror images are embedded as well. */
  readonly mirror: boolean
  /** Images embedded at once. @defaultValue 32 */
  readonly batch?: number
  /** Images read at once. @defaultValue 4 */
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Some of the items with their raw embeddings [items.length, D], neither fused nor of length 1. */
export interface EmbeddedItems<T> {
  readonly items: readonly T[]
  readonly raw: Float32Array
  readonly mirrored?: Float32Array
}

/**
 * Embeds the images of `items` in their order, a batch at a time.
 * @param read gives an item's image, which is cut to the model's input; undefined leaves the item out. Reading and decoding are the
 * caller's, so that this runs anywhere
 * @throws what `read` throws, when its batch's turn comes; the signal's reason when it is aborted
 */
export async function* embedAhead<T>(
  { contract, embed }: AheadModel,
  items: readonly T[],
  read: (item: T) => Promise<Image | undefined>,
  { mirror, batch = 32, concurrency = 4, signal, onProgress }: AheadOptions,
): AsyncGenerator<EmbeddedItems<T>> {
  const readBatch = (start: number): Promise<readonly { readonly item: T; readonly image: Image }[]> => {
    const some = mapBounded(items.slice(start, start + batch), concurrency, async (item) => {
      signal?.throwIfAborted()
      const image = await read(item)
      return image === undefined ? [] : [{ item, image: networkCrop(image, contract.input) }]
    }).then((found) => found.flat())
    // read ahead: an error is thrown when its turn comes
    some.catch(() => {})
    return some
  }
  let next = readBatch(0)
  for (let start = 0; start < items.length; start += batch) {
    const found = await next
    next = readBatch(start + batch)
    signal?.throwIfAborted()
    if (found.length > 0) {
      const pixels = normalise(
        found.map(({ image }) => image),
        contract,
      )
      const raw = await embed(pixels, found.length)
      const mirrored = mirror ? await embed(mirrorPlanes(pixels, contract.input), found.length) : undefined
      yield { items: found.map(({ item }) => item), raw, ...given({ mirrored }) }
    }
    onProgress?.(Math.min(start + batch, items.length), items.length)
  }
}

/** @file Raw features of images and of their mirror images, for protocols that fuse them in their own way. */
import { mapBounded } from '../../base/concurrency.ts'
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { fuse } from '../../evaluate/features.ts'
import type { Image } from '../../image/image.ts'
import { mirrorPlanes, normalise } from '../../image/normalise.ts'
import { networkCrop } from '../../image/resample.ts'
import type { EmbeddingModel } from '../../model/contract.ts'

/** Features [N, D], neither normalised nor fused. */
export interface RawFeatures {
  readonly raw: Float32Array
  readonly mirrored?: Float32Array
  readonly size: number
}

export interface RawFeatureOptions {
  /** Whether mirror images are embedded as well. @defaultValue true */
  readonly mirror?: boolean
  /** Images embedded at once. @defaultValue 32 */
  readonly batch?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Embeds `count` images given by position; a batch is decoded while the one before is embedded. @throws DataError, FormatError */
export async function embedRaw(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  count: number,
  image: (index: number) => Promise<Image>,
  options: RawFeatureOptions = {},
): Promise<RawFeatures> {
  const { batch = 32, mirror = true, signal } = options
  const { contract, embed } = model
  const size = contract.embeddingSize
  const raw = new Float32Array(count * size)
  const mirrored = mirror ? new Float32Array(count * size) : undefined
  const read = (start: number): Promise<readonly Image[]> => {
    const indices = Array.from({ length: Math.max(0, Math.min(batch, count - start)) }, (_, i) => start + i)
    const images = mapBounded(indices, 4, async (index) => networkCrop(await image(index), contract.input))
    // read ahead: the error is thrown when its turn comes
    images.catch(() => {})
    return images
  }
  let next = read(0)
  for (let start = 0; start < count; start += batch) {
    signal?.throwIfAborted()
    const images = await next
    next = read(start + batch)
    const pixels = normalise(images, contract)
    raw.set(await embed(pixels, images.length), start * size)
    mirrored?.set(await embed(mirrorPlanes(pixels, contract.input), images.length), start * size)
    options.onProgress?.(start + images.length, count)
  }
  const wrong = raw.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0)
    throw new DataError(
      `The embedding of image ${Math.floor(wrong / size) + 1} holds ${raw[wrong]}; no result is given`,
    )
  return { raw, size, ...given({ mirrored }) }
}

/** Templates [N, T] of length 1 of `count` images given by position, by the model's contract. @throws DataError, FormatError */
export async function embedOpened(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  count: number,
  image: (index: number) => Promise<Image>,
  options: Omit<RawFeatureOptions, 'mirror'> = {},
): Promise<{ readonly data: Float32Array; readonly size: number }> {
  const { flip, embeddingSize, templateSize } = model.contract
  const { raw, mirrored } = await embedRaw(model, count, image, { ...options, mirror: flip !== 'none' })
  return { data: fuse(raw, mirrored, embeddingSize, flip), size: templateSize }
}

/** @file Raw features of images and of their mirror images, for protocols that fuse them in their own way. */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { fuse } from '../../evaluate/features.ts'
import type { Image } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { embedAhead } from '../../model/embed-ahead.ts'

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
  const { mirror = true, ...ahead } = options
  const size = model.contract.embeddingSize
  const raw = new Float32Array(count * size)
  const mirrored = mirror ? new Float32Array(count * size) : undefined
  const indices = Array.from({ length: count }, (_, index) => index)
  for await (const piece of embedAhead(model, indices, image, { ...ahead, mirror })) {
    const start = (piece.items[0] ?? 0) * size
    raw.set(piece.raw, start)
    if (piece.mirrored !== undefined) mirrored?.set(piece.mirrored, start)
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

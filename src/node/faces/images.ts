/** @file Images for embedding and evaluating: read in order, a bounded number at once. */
import { mapBounded } from '../../base/concurrency.ts'
import type { DecodeImage, Image, Size } from '../../image/image.ts'
import type { Normalisation } from '../../image/normalise.ts'
import { normalise, paperNormalisation } from '../../image/normalise.ts'
import { networkCrop } from '../../image/resample.ts'
import { decodeImage, readImage } from './decode.ts'

export interface NetworkImageOptions extends Partial<Normalisation> {
  /** The network's input. */
  readonly size: Size
  /** Images per piece. @defaultValue 64 */
  readonly batch?: number
  /** Images decoded at once. @defaultValue 4 */
  readonly concurrency?: number
  readonly decode?: DecodeImage
  readonly signal?: AbortSignal
}

/** Some images as a network reads them. */
export interface NetworkImages {
  /** Place of the first among all. */
  readonly start: number
  readonly count: number
  /** [count, 3, H, W], normalised. */
  readonly pixels: Float32Array
}

/** The crops of `size` of the files, in order. @throws FormatError for the first that cannot be read */
export async function loadCrops(
  files: readonly string[],
  options: Omit<NetworkImageOptions, keyof Normalisation | 'batch'>,
): Promise<Image[]> {
  const decode = options.decode ?? decodeImage
  return mapBounded(files, options.concurrency ?? 4, async (file) => {
    options.signal?.throwIfAborted()
    return networkCrop(await readImage(file, decode), options.size)
  })
}

/** The files as normalised batches, in order; the next is decoded while one is used. @throws FormatError */
export async function* loadNetworkImages(
  files: readonly string[],
  options: NetworkImageOptions,
): AsyncGenerator<NetworkImages> {
  const batch = options.batch ?? 64
  const rule: Normalisation = {
    channels: options.channels ?? paperNormalisation.channels,
    mean: options.mean ?? paperNormalisation.mean,
    std: options.std ?? paperNormalisation.std,
  }
  const load = (start: number): Promise<Image[]> => {
    const crops = loadCrops(files.slice(start, start + batch), options)
    // read ahead: the error is thrown when its turn comes
    crops.catch(() => {})
    return crops
  }
  let next = load(0)
  for (let start = 0; start < files.length; start += batch) {
    const crops = await next
    next = load(start + batch)
    yield { start, count: crops.length, pixels: normalise(crops, rule) }
  }
}

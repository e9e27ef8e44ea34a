/** @file Verifying pairs with the network that is being trained: crops are decoded once and kept. */
import { mapBounded } from '../../base/concurrency.ts'
import { fuse, type FlipRule, type TemplateSet } from '../../evaluate/features.ts'
import type { PairSet } from '../../evaluate/pair.ts'
import { verifyResting, type ThresholdFrom, type Verification } from '../../evaluate/verify.ts'
import type { Image, Size } from '../../image/image.ts'
import { paperNormalisation } from '../../image/normalise.ts'
import { networkCrop } from '../../image/resample.ts'
import { embedAhead } from '../../model/embed-ahead.ts'
import type { Embed, ValidationSet } from '../../train/surroundings.ts'
import type { BinPairs } from '../faces/bin-file.ts'

/** Pairs with the pixels they need. */
export interface PairCrops {
  readonly pairs: PairSet
  /** Paths as the pairs name them, in the order of `crops`. */
  readonly names: readonly string[]
  readonly crops: readonly Image[]
}

/** Decodes every image that `pairs` needs, once. @throws FormatError for the first that cannot be read */
export async function loadPairCrops(
  pairs: PairSet,
  image: (path: string) => Promise<Image>,
  size: Size,
  signal: AbortSignal,
): Promise<PairCrops> {
  const names = [...new Set(pairs.pairs.flatMap(({ a, b }) => [a, b]))]
  const crops = await mapBounded(names, 4, async (name) => {
    signal.throwIfAborted()
    return networkCrop(await image(name), size)
  })
  return { pairs, names, crops }
}

const batch = 64

/** Templates of images of the network's input under a flip rule. */
const embedImages = async (
  names: readonly string[],
  image: (index: number) => Promise<Image>,
  { embed, input }: { readonly embed: Embed; readonly input: Size },
  flip: FlipRule,
  signal: AbortSignal,
): Promise<TemplateSet> => {
  const parts: Float32Array[] = []
  const model = { embed, contract: { ...paperNormalisation, input } }
  const options = { batch, mirror: flip !== 'none', signal }
  for await (const { items, raw, mirrored } of embedAhead(model, [...names.keys()], image, options))
    parts.push(fuse(raw, mirrored, raw.length / items.length, flip))
  const size = (parts[0]?.length ?? 0) / Math.max(1, Math.min(batch, names.length))
  const data = new Float32Array(size * names.length)
  parts.forEach((part, index) => data.set(part, index * batch * size))
  return { names, size, data }
}

/** Templates of crops under a flip rule. */
export async function embedCrops(
  { names, crops }: Pick<PairCrops, 'names' | 'crops'>,
  embed: Embed,
  flip: FlipRule,
  signal: AbortSignal,
): Promise<TemplateSet> {
  const crop = async (index: number): Promise<Image> => {
    const found = crops[index]
    if (found === undefined) throw new RangeError(`Expected a crop below ${crops.length}, got ${index}`)
    return found
  }
  const [{ height, width } = { height: 1, width: 1 }] = crops
  return embedImages(names, crop, { embed, input: { height, width } }, flip, signal)
}

/** Embeds the crops and judges the pairs. */
export async function verifyCrops(
  crops: PairCrops,
  embed: Embed,
  options: { readonly flip: FlipRule; readonly thresholdFrom?: ThresholdFrom; readonly replicates?: number },
  signal: AbortSignal,
): Promise<Verification & { readonly templates: TemplateSet }> {
  const templates = await embedCrops(crops, embed, options.flip, signal)
  return { ...(await verifyResting(crops.pairs, templates, options)), templates }
}

/** A set the trainer verifies now and then; without bootstrap intervals, which take longer than the embedding. */
export function pairValidation(
  kind: ValidationSet['kind'],
  name: string,
  crops: PairCrops,
  flip: FlipRule,
): ValidationSet {
  return {
    kind,
    name,
    evaluate: async (embed, signal) =>
      (await verifyCrops(crops, embed, { flip, replicates: 0 }, signal)).result,
  }
}

/** The same for a pack, whose images stay encoded: decoded, the usual one would take hundreds of megabytes. */
export function packValidation(
  kind: ValidationSet['kind'],
  name: string,
  pack: BinPairs,
  size: Size,
  flip: FlipRule,
): ValidationSet {
  const crop = async (index: number): Promise<Image> => networkCrop(await pack.image(index), size)
  return {
    kind,
    name,
    evaluate: async (embed, signal) => {
      const templates = await embedImages(pack.names, crop, { embed, input: size }, flip, signal)
      return (await verifyResting(pack.set, templates, { flip, replicates: 0 })).result
    },
  }
}

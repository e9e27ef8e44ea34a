/** @file Verifying pairs with the network that is being trained: crops are decoded once and kept. */
import { fuse, type FlipRule, type TemplateSet } from '../evaluate/features.ts'
import type { PairSet } from '../evaluate/pair.ts'
import { verify, type ThresholdFrom, type Verification } from '../evaluate/verify.ts'
import type { Image, Size } from '../image/image.ts'
import { mirrorPlanes, normalise } from '../image/normalise.ts'
import type { Embed, ValidationSet } from '../train/surroundings.ts'
import { loadCrops } from './images.ts'

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
  fileOf: (path: string) => string,
  size: Size,
  signal: AbortSignal,
): Promise<PairCrops> {
  const names = [...new Set(pairs.pairs.flatMap(({ a, b }) => [a, b]))]
  return { pairs, names, crops: await loadCrops(names.map(fileOf), { size, signal }) }
}

const batch = 64

/** Templates of crops under a flip rule. */
export async function embedCrops(
  { names, crops }: Pick<PairCrops, 'names' | 'crops'>,
  embed: Embed,
  flip: FlipRule,
  signal: AbortSignal,
): Promise<TemplateSet> {
  const parts: Float32Array[] = []
  for (let start = 0; start < crops.length; start += batch) {
    signal.throwIfAborted()
    const some = crops.slice(start, start + batch)
    const pixels = normalise(some)
    const raw = await embed(pixels, some.length)
    const mirrored =
      flip === 'none'
        ? undefined
        : await embed(mirrorPlanes(pixels, some[0] ?? { height: 1, width: 1 }), some.length)
    parts.push(fuse(raw, mirrored, raw.length / some.length, flip))
  }
  const size = (parts[0]?.length ?? 0) / Math.max(1, Math.min(batch, crops.length))
  const data = new Float32Array(size * crops.length)
  parts.forEach((part, index) => data.set(part, index * batch * size))
  return { names, size, data }
}

/** Embeds the crops and judges the pairs. */
export async function verifyCrops(
  crops: PairCrops,
  embed: Embed,
  options: { readonly flip: FlipRule; readonly thresholdFrom?: ThresholdFrom; readonly replicates?: number },
  signal: AbortSignal,
): Promise<Verification & { readonly templates: TemplateSet }> {
  const templates = await embedCrops(crops, embed, options.flip, signal)
  return { ...verify(crops.pairs, templates, options), templates }
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

/** @file Evaluating a model on a verification pack, by the paper's convention or by insightface's. */
import type { FlipRule, TemplateSet } from '../evaluate/features.ts'
import { fuse, templateSize } from '../evaluate/features.ts'
import { verifyCentred } from '../evaluate/protocol-centred.ts'
import type { InsightfaceResult } from '../evaluate/protocol-insightface.ts'
import { insightfaceProtocol, pairDistances } from '../evaluate/protocol-insightface.ts'
import type { Verification } from '../evaluate/verify.ts'
import { verify } from '../evaluate/verify.ts'
import type { DecodeImage } from '../image/image.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import { openBin } from './bin-file.ts'
import { decodeImage } from './decode.ts'
import { embedRaw } from './raw-features.ts'
import type { RawFeatureOptions } from './raw-features.ts'

/**
 * `cosface`: templates by the flip rule, cosine, thresholds from the other folds, the strictest of the best. `centred`: the same less
 * the other folds' mean. `insightface`: features added, squared distance on a grid, the first of the best.
 */
export type BinConvention = 'cosface' | 'centred' | 'insightface'

export interface EvaluateBinOptions extends Omit<RawFeatureOptions, 'mirror'> {
  /** @defaultValue cosface */
  readonly convention?: BinConvention
  /** @defaultValue the contract's; `sum` for insightface, which has no other but `none` */
  readonly flip?: FlipRule
  /** Bootstrap replicates for the intervals of TAR. @defaultValue 1000 */
  readonly replicates?: number
  readonly decode?: DecodeImage
}

export type BinEvaluation =
  | { readonly convention: 'insightface'; readonly result: InsightfaceResult }
  | ({ readonly convention: 'cosface' | 'centred'; readonly templates: TemplateSet } & Verification)

/** Embeds a pack's images and judges its pairs. @throws DataError, FormatError */
export async function evaluateBin(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  path: string,
  options: EvaluateBinOptions = {},
): Promise<BinEvaluation> {
  const { convention = 'cosface' } = options
  const bin = await openBin(path, options.decode ?? decodeImage)
  const flip = options.flip ?? (convention === 'insightface' ? 'sum' : model.contract.flip)
  const features = await embedRaw(model, bin.names.length, (index) => bin.image(index), {
    ...options,
    mirror: flip !== 'none',
  })
  const { raw, mirrored, size } = features
  if (convention === 'insightface') {
    const same = bin.set.pairs.map((pair) => pair.same)
    const distances = pairDistances(raw, mirrored, size)
    return { convention, result: insightfaceProtocol(distances, same, flip === 'none' ? 'none' : 'sum') }
  }
  const data = fuse(raw, mirrored, size, flip, (row) => `${path} image ${row}`)
  const templates: TemplateSet = { names: bin.names, size: templateSize(size, flip), data }
  const judge = convention === 'centred' ? verifyCentred : verify
  const verification = judge(bin.set, templates, {
    flip,
    model: model.contract.id,
    ...(options.replicates === undefined ? {} : { replicates: options.replicates }),
  })
  return { convention, templates, ...verification }
}

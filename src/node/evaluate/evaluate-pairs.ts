/** @file Evaluating a model, or embeddings made before, on pairs: of a folder's images or of a pack; each image is embedded once. */
import { basename } from 'node:path'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import type { AngleSample } from '../../evaluate/angles.ts'
import { angleSample } from '../../evaluate/angles.ts'
import type { FlipRule, TemplateSet } from '../../evaluate/features.ts'
import { identitiesOf } from '../../evaluate/identities.ts'
import { checkPairKinds, type Pair } from '../../evaluate/pair.ts'
import type { Convention, PairJudgement } from '../../evaluate/protocol/convention.ts'
import { conventionFlip, judgeByConvention } from '../../evaluate/protocol/convention.ts'
import type { ThresholdFrom, Verification } from '../../evaluate/verify.ts'
import { scorePairs, thresholdFrom } from '../../evaluate/verify.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import type { BinPairs } from '../faces/bin-file.ts'
import type { Evaluated } from './evaluated.ts'
import { openPairs, type OpenPairsOptions } from './pair-source.ts'
import { featuresAsGiven } from './protocol-embeddings.ts'

export interface JudgePairsOptions extends OpenPairsOptions {
  /** @defaultValue cosface */
  readonly convention?: Convention
  /** @defaultValue the contract's; `sum` for insightface, which has no other but `none` */
  readonly flip?: FlipRule
  /** A cosine chosen elsewhere (on a run's validation identities, say) with which all pairs are judged. */
  readonly threshold?: number
  /** Of the bootstrap. @defaultValue that of drawn pairs, else 0 */
  readonly seed?: number
  /** Bootstrap replicates for the intervals of TAR. @defaultValue 1000 */
  readonly replicates?: number
  /** Looks at the pairs before anything is embedded, and throws where they cannot carry what else is asked of them. */
  readonly checkPairs?: (pairs: readonly Pair[]) => void
}

/** What a judgement rests on, for reports and pictures. */
export interface JudgedPairs {
  readonly judgement: PairJudgement
  readonly templates: TemplateSet
  readonly flip: FlipRule | 'as given'
  readonly angles: AngleSample
  readonly pack?: BinPairs
}

/** A result with everything a report shows beside it. */
export interface PairEvaluation extends Verification {
  readonly templates: TemplateSet
  readonly angles: AngleSample
}

const imagesOf = (pairs: readonly Pair[]): string[] => pairs.flatMap(({ a, b }) => [a, b])

const identityOfImages = (pairs: readonly Pair[]): ReadonlyMap<string, string> => {
  const owners = identitiesOf(pairs)
  return new Map(
    pairs.flatMap(({ a, b }, i) => [
      [a, owners[i]?.[0] ?? a],
      [b, owners[i]?.[1] ?? b],
    ]),
  )
}

/** The threshold of other pairs, or the one given; else each fold's is chosen on the other folds. */
const foreignThreshold = (
  options: JudgePairsOptions,
  others: readonly Pair[] | undefined,
  templates: TemplateSet,
): ThresholdFrom | undefined => {
  const { threshold, thresholdFrom: file = '' } = options
  if (others !== undefined) return thresholdFrom(scorePairs(others, templates), basename(file))
  return threshold === undefined ? undefined : { threshold, source: 'a number given', given: true }
}

/** Says that the runs of a pack are no folds. */
const runsOfOneKind = (
  { pairs }: JudgePairsOptions,
  pack: BinPairs | undefined,
  convention: Convention,
): readonly string[] => {
  if (pack === undefined || pack.oneKind === 0 || pairs.kind !== 'list') return []
  const found = `${pack.oneKind} of the 10 runs of pairs in ${basename(pairs.file)} hold pairs of one kind only`
  return [
    convention === 'insightface'
      ? `${found}, so figures by folds say little in this convention; cosface pack bin orders the pairs of a list by folds`
      : `${found}; fold k is the k-th tenth of each kind instead`,
  ]
}

/**
 * Embeds every image the pairs need once, or takes the embeddings given, and judges the pairs by a convention.
 * @throws UsageError, DataError, FormatError where a list, an image or the folder cannot carry it; nothing is written
 */
export async function judgePairs(evaluated: Evaluated, options: JudgePairsOptions): Promise<JudgedPairs> {
  const { convention = 'cosface' } = options
  const own =
    evaluated.kind === 'model' ? evaluated.model.contract.flip : (evaluated.embeddings.flip ?? 'none')
  const flip = evaluated.kind === 'model' ? conventionFlip(convention, own, options.flip) : own
  const { set, others, notes, templates: make, pack } = await openPairs(evaluated, options)
  // found out before hours of embedding
  checkPairKinds(set.pairs)
  options.checkPairs?.(set.pairs)
  const names = [...new Set([...imagesOf(set.pairs), ...imagesOf(others ?? [])])].sort(byCodePoint)
  const templates = await make(names, flip)
  const from = foreignThreshold(options, others, templates)
  const model = evaluated.kind === 'model' ? evaluated.model.contract.id : evaluated.embeddings.model
  const seed = options.seed ?? set.seed
  const judgement = judgeByConvention(set, templates, convention, {
    flip,
    ordered: pack !== undefined,
    ...(evaluated.kind === 'model' ? {} : { features: featuresAsGiven(evaluated.embeddings) }),
    ...given({ model, seed, replicates: options.replicates, thresholdFrom: from }),
    warnings: [...(notes ?? []), ...runsOfOneKind(options, pack, convention)],
  })
  const owners = identityOfImages([...set.pairs, ...(others ?? [])])
  const used = only(templates, names)
  return {
    judgement,
    templates: used,
    flip: evaluated.kind === 'model' ? flip : (evaluated.embeddings.flip ?? 'as given'),
    angles: angleSample(
      used,
      used.names.map((name) => owners.get(name) ?? name),
    ),
    ...given({ pack }),
  }
}

/** The templates of some names; precomputed files may hold many more. */
const only = (all: TemplateSet, names: readonly string[]): TemplateSet => {
  if (all.names === names || all.names.length === names.length) return all
  const rows = new Map(all.names.map((name, row) => [name, row]))
  const data = new Float32Array(names.length * all.size)
  names.forEach((name, i) => {
    const start = (rows.get(name) ?? 0) * all.size
    data.set(all.data.subarray(start, start + all.size), i * all.size)
  })
  return { names, size: all.size, data }
}

export interface EvaluatePairsOptions extends Omit<JudgePairsOptions, 'images' | 'convention' | 'flip'> {
  readonly images: string
}

/**
 * Embeds every image the pairs need once, and judges the pairs by the paper's convention.
 * @throws UsageError, DataError, FormatError where a list, an image or the folder cannot carry it; nothing is written
 */
export async function evaluatePairs(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  options: EvaluatePairsOptions,
): Promise<PairEvaluation> {
  const { judgement, templates, angles } = await judgePairs({ kind: 'model', model }, options)
  return { ...judgement.verification, templates, angles }
}

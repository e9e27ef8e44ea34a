/** @file Evaluating a model, or embeddings made before, on pairs: of a folder's images or of a pack; each image is embedded once. */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { DataError, UsageError } from '../base/errors.ts'
import { groupBy } from '../base/groups.ts'
import { byCodePoint, folderOf } from '../base/names.ts'
import { counted } from '../base/words.ts'
import { angleSample } from '../evaluate/angles.ts'
import type { AngleSample } from '../evaluate/angles.ts'
import type { FlipRule, TemplateSet } from '../evaluate/features.ts'
import { fuse, templateSize } from '../evaluate/features.ts'
import { identitiesOf } from '../evaluate/identities.ts'
import { checkBothKinds, type Pair, type PairSet } from '../evaluate/pair.ts'
import type { Convention, PairJudgement } from '../evaluate/protocol-convention.ts'
import { conventionFlip, judgeByConvention } from '../evaluate/protocol-convention.ts'
import { randomPairs } from '../evaluate/random-pairs.ts'
import { resolvePairs } from '../evaluate/resolve-pairs.ts'
import { scorePairs, thresholdFrom } from '../evaluate/verify.ts'
import type { ThresholdFrom, Verification } from '../evaluate/verify.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import { openBin } from './bin-file.ts'
import type { BinPairs } from './bin-file.ts'
import { decodeImage } from './decode.ts'
import { embedFiles } from './embed-files.ts'
import type { EmbedFilesOptions } from './embed-files.ts'
import { findPairImages, imageFolder } from './pair-images.ts'
import type { PairProtocol } from './pair-list-file.ts'
import { guessPairProtocol, readPairList } from './pair-list-file.ts'
import type { Embeddings } from './protocol-embeddings.ts'
import { featuresAsGiven, namedTemplates } from './protocol-embeddings.ts'
import { embedRaw } from './raw-features.ts'

/** Which pairs: a list or a pack (told by its content where `protocol` is not given), or so many drawn from the folder. */
export type PairSource =
  | { readonly kind: 'list'; readonly file: string; readonly protocol?: PairProtocol }
  | { readonly kind: 'random'; readonly count: number; readonly seed: number }

/** Who is evaluated: a model, or embeddings it gave before. */
export type Evaluated =
  | { readonly kind: 'model'; readonly model: Pick<EmbeddingModel, 'contract' | 'embed'> }
  | { readonly kind: 'embeddings'; readonly embeddings: Embeddings }

export interface JudgePairsOptions extends Omit<EmbedFilesOptions, 'onUnreadable'> {
  /** The folder in which the pairs' images lie; for random pairs one folder per identity. A pack needs none. */
  readonly images?: string
  readonly pairs: PairSource
  /** @defaultValue cosface */
  readonly convention?: Convention
  /** @defaultValue the contract's; `sum` for insightface, which has no other but `none` */
  readonly flip?: FlipRule
  /** A list on which the threshold is chosen instead of on the other folds. */
  readonly thresholdFrom?: string
  /** A cosine chosen elsewhere (on a run's validation identities, say) with which all pairs are judged. */
  readonly threshold?: number
  /** Leave out pairs whose images are missing, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  /** Of the bootstrap. @defaultValue that of drawn pairs, else 0 */
  readonly seed?: number
  /** Bootstrap replicates for the intervals of TAR. @defaultValue 1000 */
  readonly replicates?: number
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

/** The pairs, and where their images' templates come from. */
interface Opened {
  readonly set: PairSet
  readonly others?: readonly Pair[]
  readonly templates: (names: readonly string[], flip: FlipRule) => Promise<TemplateSet>
  readonly pack?: BinPairs
}

/** A pack names its images by place; the same picture at two places is one image, which shows people on several folds. */
const withoutRepeats = (pack: BinPairs): PairSet => {
  const first = new Map<string, string>()
  const place = (name: string): string => {
    const hash = createHash('sha256')
      .update(pack.encoded(Number(name)))
      .digest('base64')
    const known = first.get(hash) ?? name
    first.set(hash, known)
    return known
  }
  return {
    ...pack.set,
    pairs: pack.set.pairs.map((pair) => ({ ...pair, a: place(pair.a), b: place(pair.b) })),
  }
}

const openPack = async (
  { file }: { readonly file: string },
  evaluated: Evaluated,
  options: JudgePairsOptions,
): Promise<Opened> => {
  const pack = await openBin(file, options.decode ?? decodeImage)
  if (evaluated.kind === 'embeddings') {
    const { embeddings } = evaluated
    if (embeddings.count !== pack.names.length)
      throw new DataError(
        `${embeddings.file} holds ${counted(embeddings.count, 'embedding')}, ${file} has ${counted(pack.names.length, 'image')}; a row for each is needed, in its order`,
      )
    const { size, data } = embeddings
    return { set: pack.set, pack, templates: async () => ({ names: pack.names, size, data }) }
  }
  const { model } = evaluated
  const templates: Opened['templates'] = async (names, flip) => {
    const { embeddingSize } = model.contract
    const { raw, mirrored } = await embedRaw(model, names.length, (row) => pack.image(Number(names[row])), {
      ...options,
      mirror: flip !== 'none',
    })
    const data = fuse(raw, mirrored, embeddingSize, flip, (row) => `image ${names[row]} of ${basename(file)}`)
    return { names, size: templateSize(embeddingSize, flip), data }
  }
  return { set: withoutRepeats(pack), pack, templates }
}

const openEmbedded = async (embeddings: Embeddings, options: JudgePairsOptions): Promise<Opened> => {
  const all = namedTemplates(embeddings, options.images)
  const { pairs } = options
  if (pairs.kind === 'random') {
    const people = groupBy(all.names, folderOf)
    const identities = [...people].map(([name, images]) => ({ name, images: images.toSorted(byCodePoint) }))
    identities.sort((a, b) => byCodePoint(a.name, b.name))
    return { set: randomPairs(identities, pairs.count, pairs.seed), templates: async () => all }
  }
  const read = async (file: string, protocol?: PairProtocol): Promise<PairSet> =>
    resolvePairs(await readPairList(file, protocol), all.names, {
      skipMissing: options.skipMissing ?? false,
      remedy: `${embeddings.file} has no embedding of them; leave such pairs out with --skip-missing`,
    })
  const set = await read(pairs.file, pairs.protocol)
  const others = options.thresholdFrom === undefined ? undefined : (await read(options.thresholdFrom)).pairs
  return { set, templates: async () => all, ...(others === undefined ? {} : { others }) }
}

const openImages = async (
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  options: JudgePairsOptions,
): Promise<Opened> => {
  const { images, pairs } = options
  if (images === undefined)
    throw new UsageError(
      'Expected --images with the folder in which the images of the pairs lie, got nothing',
    )
  const folder = imageFolder(images)
  const fromList = async (file: string, protocol?: PairProtocol): Promise<PairSet> =>
    findPairImages(await readPairList(file, protocol), folder, { skipMissing: options.skipMissing ?? false })
  const set =
    pairs.kind === 'list'
      ? await fromList(pairs.file, pairs.protocol)
      : randomPairs((await folder.scan()).identities, pairs.count, pairs.seed)
  const others =
    options.thresholdFrom === undefined ? undefined : (await fromList(options.thresholdFrom)).pairs
  return {
    set,
    ...(others === undefined ? {} : { others }),
    templates: async (names, flip) => {
      const { contract } = model
      // the contract's flip rule decides how features are fused
      const asked = { ...contract, flip, templateSize: templateSize(contract.embeddingSize, flip) }
      return embedFiles(
        { ...model, contract: asked },
        names.map((name) => ({ name, file: join(images, name) })),
        options,
      )
    },
  }
}

const openPairs = async (evaluated: Evaluated, options: JudgePairsOptions): Promise<Opened> => {
  const { pairs } = options
  const protocol =
    pairs.kind === 'random' ? undefined : (pairs.protocol ?? (await guessPairProtocol(pairs.file)))
  if (pairs.kind === 'list' && protocol === 'ytf')
    throw new UsageError(`${pairs.file} lists videos; they are evaluated by --protocol ytf`)
  if (pairs.kind === 'list' && protocol === 'bin') {
    if (options.thresholdFrom !== undefined)
      throw new UsageError('A pack’s thresholds come from its own folds; leave --threshold-from out')
    return openPack(pairs, evaluated, options)
  }
  const known: JudgePairsOptions =
    pairs.kind === 'list' && protocol !== undefined ? { ...options, pairs: { ...pairs, protocol } } : options
  return evaluated.kind === 'model'
    ? openImages(evaluated.model, known)
    : openEmbedded(evaluated.embeddings, known)
}

/** The threshold of other pairs, or the one given; else each fold's is chosen on the other folds. */
const foreignThreshold = (
  options: JudgePairsOptions,
  others: readonly Pair[] | undefined,
  templates: TemplateSet,
): ThresholdFrom | undefined => {
  const { threshold, thresholdFrom: file = '' } = options
  if (others !== undefined) return thresholdFrom(scorePairs(others, templates), basename(file))
  return threshold === undefined ? undefined : { threshold, source: 'other pairs, given as a number' }
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
  const { set, others, templates: make, pack } = await openPairs(evaluated, options)
  // found out before hours of embedding
  const same = set.pairs.filter((pair) => pair.same).length
  checkBothKinds(same, set.pairs.length - same)
  const names = [...new Set([...imagesOf(set.pairs), ...imagesOf(others ?? [])])].sort(byCodePoint)
  const templates = await make(names, flip)
  const from = foreignThreshold(options, others, templates)
  const model = evaluated.kind === 'model' ? evaluated.model.contract.id : evaluated.embeddings.model
  const seed = options.seed ?? set.seed
  const judgement = judgeByConvention(set, templates, convention, {
    flip,
    ordered: pack !== undefined,
    ...(evaluated.kind === 'model' ? {} : { features: featuresAsGiven(evaluated.embeddings) }),
    ...(model === undefined ? {} : { model }),
    ...(seed === undefined ? {} : { seed }),
    ...(options.replicates === undefined ? {} : { replicates: options.replicates }),
    ...(from === undefined ? {} : { thresholdFrom: from }),
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
    ...(pack === undefined ? {} : { pack }),
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

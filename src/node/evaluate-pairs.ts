/** @file Evaluating a model on pairs of a folder's images: each image is embedded once. */
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { mapBounded } from '../base/concurrency.ts'
import { UsageError } from '../base/errors.ts'
import { byCodePoint } from '../base/names.ts'
import { angleSample } from '../evaluate/angles.ts'
import type { AngleSample } from '../evaluate/angles.ts'
import type { TemplateSet } from '../evaluate/features.ts'
import { identitiesOf } from '../evaluate/identities.ts'
import type { Pair, PairSet } from '../evaluate/pair.ts'
import { parsePairs } from '../evaluate/pairs.ts'
import type { PairList } from '../evaluate/pairs.ts'
import { randomPairs } from '../evaluate/random-pairs.ts'
import { resolvePairs } from '../evaluate/resolve-pairs.ts'
import { scorePairs, thresholdFrom, verify } from '../evaluate/verify.ts'
import type { Verification, VerifyOptions } from '../evaluate/verify.ts'
import type { ScoredPair } from '../evaluate/result.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import { embedFiles } from './embed-files.ts'
import type { EmbedFilesOptions } from './embed-files.ts'
import { scanFolder } from './folder-scan.ts'

/** Which pairs: a list, or so many drawn from the folder. */
export type PairSource =
  | { readonly kind: 'list'; readonly file: string }
  | { readonly kind: 'random'; readonly count: number; readonly seed: number }

export interface EvaluatePairsOptions extends Omit<EmbedFilesOptions, 'onUnreadable'> {
  /** The folder in which the pairs' images lie; for random pairs one folder per identity. */
  readonly images: string
  readonly pairs: PairSource
  /** A list on which the threshold is chosen instead of on the other folds. */
  readonly thresholdFrom?: string
  /** A cosine chosen elsewhere (on a run's validation identities, say) with which all pairs are judged. */
  readonly threshold?: number
  /** Leave out pairs whose images are missing, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  /** Bootstrap replicates for the intervals of TAR. @defaultValue 1000 */
  readonly replicates?: number
}

/** A result with everything a report shows beside it. */
export interface PairEvaluation extends Verification {
  readonly templates: TemplateSet
  readonly angles: AngleSample
}

const readList = async (file: string): Promise<PairList> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`The list of pairs ${file} could not be read`, { cause })
  })
  return parsePairs(text, file)
}

const existing = async (folder: string, names: Iterable<string>): Promise<string[]> => {
  const all = [...new Set(names)]
  const found = await mapBounded(all, 16, async (name) =>
    (await stat(join(folder, name)).catch(() => undefined))?.isFile(),
  )
  return all.filter((_, i) => found[i] === true)
}

/** Looks into the folder only as far as needed, and once. */
const openImages = (folder: string) => {
  let scanned: ReturnType<typeof scanFolder> | undefined
  const scan = (): ReturnType<typeof scanFolder> => (scanned ??= scanFolder(folder))
  return {
    identities: async () => (await scan()).identities,
    /** The paths among which a list's images are looked for; plain lists name them as they are. */
    pathsFor: async (list: PairList): Promise<string[]> =>
      list.format === 'paths'
        ? existing(
            folder,
            list.pairs.flatMap(({ a, b }) => [a, b]),
          )
        : (await scan()).identities.flatMap(({ images }) => images),
  }
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
const judgedBy = (
  { threshold, thresholdFrom: file = '' }: EvaluatePairsOptions,
  others: readonly ScoredPair[] | undefined,
): Pick<VerifyOptions, 'thresholdFrom'> => {
  if (others !== undefined) return { thresholdFrom: thresholdFrom(others, basename(file)) }
  return threshold === undefined
    ? {}
    : { thresholdFrom: { threshold, source: 'other pairs, given as a number' } }
}

/**
 * Embeds every image the pairs need once, and judges the pairs.
 * @throws UsageError, DataError, FormatError where a list, an image or the folder cannot carry it; nothing is written
 */
export async function evaluatePairs(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  options: EvaluatePairsOptions,
): Promise<PairEvaluation> {
  const folder = openImages(options.images)
  const skip = { skipMissing: options.skipMissing ?? false }
  const fromList = async (file: string): Promise<PairSet> => {
    const list = await readList(file)
    return resolvePairs(list, await folder.pathsFor(list), skip)
  }
  const { pairs: source } = options
  const set =
    source.kind === 'list'
      ? await fromList(source.file)
      : randomPairs(await folder.identities(), source.count, source.seed)
  const other = options.thresholdFrom === undefined ? undefined : await fromList(options.thresholdFrom)
  const names = [...new Set([...imagesOf(set.pairs), ...imagesOf(other?.pairs ?? [])])].sort(byCodePoint)
  const templates = await embedFiles(
    model,
    names.map((name) => ({ name, file: join(options.images, name) })),
    options,
  )
  const { contract } = model
  const verification = verify(set, templates, {
    flip: contract.flip,
    model: contract.id,
    ...(options.replicates === undefined ? {} : { replicates: options.replicates }),
    ...judgedBy(options, other === undefined ? undefined : scorePairs(other.pairs, templates)),
  })
  const owners = identityOfImages([...set.pairs, ...(other?.pairs ?? [])])
  return {
    ...verification,
    templates,
    angles: angleSample(
      templates,
      templates.names.map((name) => owners.get(name) ?? name),
    ),
  }
}

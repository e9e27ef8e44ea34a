/** @file Pairs from wherever they are asked for, and how their images come to templates: a list and a folder, a pack, embeddings made before. */
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { groupBy } from '../../base/groups.ts'
import { byCodePoint, folderOf } from '../../base/names.ts'
import { counted } from '../../base/words.ts'
import type { FlipRule, TemplateSet } from '../../evaluate/features.ts'
import { fuse, templateSize } from '../../evaluate/features.ts'
import { type Pair, type PairSet } from '../../evaluate/pair.ts'
import { drawPairs } from '../../evaluate/random-pairs.ts'
import { resolvePairs } from '../../evaluate/resolve-pairs.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import type { BinPairs } from '../faces/bin-file.ts'
import { openBin } from '../faces/bin-file.ts'
import { decodeImage } from '../faces/decode.ts'
import type { EmbedFilesOptions } from '../faces/embed-files.ts'
import { embedFiles } from '../faces/embed-files.ts'
import type { Evaluated } from './evaluated.ts'
import { scanFolder } from '../faces/folder-scan.ts'
import { findPairImages } from '../faces/pair-images.ts'
import type { PairProtocol } from '../faces/pair-list-file.ts'
import { guessPairProtocol, readPairList } from '../faces/pair-list-file.ts'
import type { Embeddings } from './protocol-embeddings.ts'
import { namedTemplates } from './protocol-embeddings.ts'
import { embedRaw } from './raw-features.ts'

/** Which pairs: a list or a pack (told by its content where `protocol` is not given), or so many drawn from the folder (at most 6,000 where no number is given). */
export type PairSource =
  | { readonly kind: 'list'; readonly file: string; readonly protocol?: PairProtocol }
  | { readonly kind: 'random'; readonly count?: number; readonly seed: number }

export interface OpenPairsOptions extends Omit<EmbedFilesOptions, 'onUnreadable'> {
  /** The folder in which the pairs' images lie; for random pairs one folder per identity. A pack needs none. */
  readonly images?: string
  readonly pairs: PairSource
  /** A list on which the threshold is chosen instead of on the other folds. */
  readonly thresholdFrom?: string
  /** Leave out pairs whose images are missing, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  /** For random pairs: how many folders down the people's own lie. @defaultValue as `scanFolder` */
  readonly depth?: number
}

/** The pairs, and where their images' templates come from. */
export interface OpenedPairs {
  readonly set: PairSet
  readonly others?: readonly Pair[]
  /** What was left out of the folder of images, in words. */
  readonly notes?: readonly string[]
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
  options: OpenPairsOptions,
): Promise<OpenedPairs> => {
  const pack = await openBin(file, options.decode ?? decodeImage)
  if (evaluated.kind === 'embeddings') {
    const { embeddings } = evaluated
    if (embeddings.count !== pack.names.length)
      throw new DataError(
        `${embeddings.file} holds ${counted(embeddings.count, 'embedding')}, ${file} has ${counted(pack.names.length, 'image')}; a row for each is needed, in its order`,
      )
    const { size, data, lengths } = embeddings
    return { set: pack.set, pack, templates: async () => ({ names: pack.names, size, data, lengths }) }
  }
  const { model } = evaluated
  const templates: OpenedPairs['templates'] = async (names, flip) => {
    const { embeddingSize } = model.contract
    const { raw, mirrored } = await embedRaw(model, names.length, (row) => pack.image(Number(names[row])), {
      ...options,
      mirror: flip !== 'none',
    })
    const lengths = new Float64Array(names.length)
    const nameOf = (row: number): string => `image ${names[row]} of ${basename(file)}`
    const data = fuse(raw, mirrored, embeddingSize, flip, nameOf, lengths)
    return { names, size: templateSize(embeddingSize, flip), data, lengths }
  }
  return { set: withoutRepeats(pack), pack, templates }
}

const openEmbedded = async (embeddings: Embeddings, options: OpenPairsOptions): Promise<OpenedPairs> => {
  const all = namedTemplates(embeddings, options.images)
  const { pairs } = options
  if (pairs.kind === 'random') {
    const people = groupBy(all.names, folderOf)
    const identities = [...people].map(([name, images]) => ({ name, images: images.toSorted(byCodePoint) }))
    identities.sort((a, b) => byCodePoint(a.name, b.name))
    return { set: drawPairs(identities, pairs.count, pairs.seed), templates: async () => all }
  }
  const read = async (file: string, protocol?: PairProtocol): Promise<PairSet> =>
    resolvePairs(await readPairList(file, protocol), all.names, {
      skipMissing: options.skipMissing ?? false,
      remedy: `${embeddings.file} has no embedding of them; leave such pairs out with --skip-missing`,
    })
  const set = await read(pairs.file, pairs.protocol)
  const others = options.thresholdFrom === undefined ? undefined : (await read(options.thresholdFrom)).pairs
  return { set, templates: async () => all, ...given({ others }) }
}

const openImages = async (
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  options: OpenPairsOptions,
): Promise<OpenedPairs> => {
  const { images, pairs } = options
  if (images === undefined)
    throw new UsageError(
      'Expected --images with the folder in which the images of the pairs lie, got nothing',
    )
  const notes: string[] = []
  const fromList = async (file: string, protocol?: PairProtocol): Promise<PairSet> => {
    const found = await findPairImages(await readPairList(file, protocol), images, {
      skipMissing: options.skipMissing ?? false,
    })
    notes.push(...found.notes)
    return found.set
  }
  const drawn = async (count: number | undefined, seed: number): Promise<PairSet> => {
    const scan = await scanFolder(images, given({ depth: options.depth }))
    notes.push(...scan.notes)
    return drawPairs(scan.identities, count, seed)
  }
  const set =
    pairs.kind === 'list' ? await fromList(pairs.file, pairs.protocol) : await drawn(pairs.count, pairs.seed)
  const others =
    options.thresholdFrom === undefined ? undefined : (await fromList(options.thresholdFrom)).pairs
  return {
    set,
    notes: [...new Set(notes)],
    ...given({ others }),
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

/**
 * Finds out what the pairs are and opens them; nothing is embedded yet.
 * @throws UsageError, DataError, FormatError where a list, a pack or the folder cannot carry it
 */
export async function openPairs(evaluated: Evaluated, options: OpenPairsOptions): Promise<OpenedPairs> {
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
  const known: OpenPairsOptions =
    pairs.kind === 'list' && protocol !== undefined ? { ...options, pairs: { ...pairs, protocol } } : options
  return evaluated.kind === 'model'
    ? openImages(evaluated.model, known)
    : openEmbedded(evaluated.embeddings, known)
}

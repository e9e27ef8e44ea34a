/** @file What a search among distractors is made of: images and a model, OpenCV matrices, or arrays, with lists or without. */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { Opened } from '../../base/opened.ts'
import type { FlipRule } from '../../evaluate/features.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { type FeatureFile, openFeatureFile } from './feature-file.ts'
import { checkAllListed, type ListedRows, listedRows, type RowList } from './listed-rows.ts'
import {
  arraySource,
  type FeatureSource,
  folderDistractors,
  folderProbes,
  imageSource,
  listedByFolders,
  type ListedFaces,
  matSource,
  readFaceList,
  readFaceListIn,
} from './megaface-files.ts'
import { type NamesFile, namesOfRows } from './protocol-embeddings.ts'
import type { RawFeatureOptions } from './raw-features.ts'

/**
 * Where features come from. `images`: a model embeds two folders of crops; without lists each folder is taken whole, the probes' with
 * one folder per person. `mats`: OpenCV matrices, a file an image, named as the image with a suffix. `arrays`: `.npy` files with a row
 * for each image of the lists, found by the names of the rows, or by their place where nothing names them; without a list probes go by
 * the folders of their names.
 */
export type MegafaceSource =
  | {
      readonly kind: 'images'
      readonly model: Pick<EmbeddingModel, 'contract' | 'embed'>
      readonly probes: string
      readonly distractors: string
      /** How many folders down the probes' people lie. @defaultValue as `scanFolder` */
      readonly depth?: number
      /** @defaultValue the contract's */
      readonly flip?: FlipRule
    }
  | { readonly kind: 'mats'; readonly probes: string; readonly distractors: string; readonly suffix?: string }
  | {
      readonly kind: 'arrays'
      readonly probes: string
      readonly distractors: string
      /** Which image each row of the probes is of. @defaultValue the `.json` beside them */
      readonly names?: string
    }

/** MegaFace's JSON lists, and lists of noisy images, one a line: with either, the result is called refined. */
export interface MegafaceLists {
  readonly probes?: string
  readonly distractors?: string
  readonly noisyProbes?: string
  readonly noisyDistractors?: string
}

/** Features of probes and distractors, with who the probes are and what the distractors are called. */
export interface MegafaceSources {
  readonly probes: FeatureSource
  readonly faces: ListedFaces
  readonly distractors: FeatureSource
  readonly others: readonly string[]
  /** What was left out of the folders, in words. */
  readonly notes?: readonly string[]
  /** How rows of arrays were found, for the record. */
  readonly rows?: string
}

const needed = (path: string | undefined, what: string): string => {
  if (path === undefined)
    throw new DataError(`Features computed before need a list of the ${what}, which names who each one is`)
  return path
}

/**
 * Opens both sides; what must be closed goes to `opened`.
 * @throws DataError, UsageError, FormatError where lists and features do not fit or cannot be read
 */
export async function openSources(
  source: MegafaceSource,
  lists: MegafaceLists,
  options: Pick<RawFeatureOptions, 'batch' | 'signal'> & { readonly decode?: DecodeImage },
  opened: Opened,
): Promise<MegafaceSources> {
  if (source.kind === 'images') {
    const faces =
      lists.probes === undefined
        ? await folderProbes(source.probes, given({ depth: source.depth }))
        : await readFaceListIn(lists.probes, source.probes)
    const others =
      lists.distractors === undefined
        ? await folderDistractors(source.distractors)
        : await readFaceListIn(lists.distractors, source.distractors)
    const embed = { flip: source.flip ?? source.model.contract.flip, ...options }
    return {
      faces,
      others: others.paths,
      notes: [...(faces.notes ?? []), ...(others.notes ?? [])],
      probes: imageSource(source.model, source.probes, faces, embed),
      distractors: imageSource(source.model, source.distractors, others, embed),
    }
  }
  if (source.kind === 'mats') {
    const faces = await readFaceList(needed(lists.probes, 'probes'))
    const others = await readFaceList(needed(lists.distractors, 'distractors'))
    return {
      faces,
      others: others.paths,
      probes: await matSource(source.probes, faces, source.suffix),
      distractors: await matSource(source.distractors, others, source.suffix),
    }
  }
  return openArrays(source, lists, opened)
}

type ArraySource = Extract<MegafaceSource, { readonly kind: 'arrays' }>

/** Arrays by their lists: each row by its name, where rows have names. @throws DataError, FormatError */
const openArrays = async (
  source: ArraySource,
  lists: MegafaceLists,
  opened: Opened,
): Promise<MegafaceSources> => {
  const known = await namesOfRows(source.probes, source.names)
  const knownOthers = await namesOfRows(source.distractors)
  const faces =
    lists.probes === undefined ? namedProbes(source.probes, known) : await readFaceList(lists.probes)
  const listed =
    lists.distractors === undefined ? knownOthers?.names : (await readFaceList(lists.distractors)).paths
  const probes = opened.use(await openFeatureFile(source.probes))
  const distractors = opened.use(await openFeatureFile(source.distractors))
  const others = listed ?? Array.from({ length: distractors.rows }, (_, row) => `${row}`)
  const ordered = (file: FeatureFile, named: NamesFile | undefined, list: RowList): ListedRows => {
    const found = listedRows(file, named, list)
    checkAllListed(found, named, list)
    return found
  }
  const own = ordered(probes, known, { file: lists.probes ?? source.probes, names: faces.paths })
  const theirs = ordered(distractors, knownOthers, {
    file: lists.distractors ?? source.distractors,
    names: others,
  })
  return {
    faces,
    others,
    probes: arraySource(probes, own.rows),
    distractors: arraySource(distractors, theirs.rows),
    rows: `probes ${own.said}, distractors ${theirs.said}`,
  }
}

/** Probes by the names of their rows. @throws DataError where nothing names them */
const namedProbes = (path: string, known: NamesFile | undefined): ListedFaces => {
  if (known === undefined)
    throw new DataError(
      `${path} does not say who each row is; give a list of probes, or the names of the rows with each person’s folder in them`,
    )
  return listedByFolders(known.names)
}

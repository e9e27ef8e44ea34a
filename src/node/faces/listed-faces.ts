/** @file Images that a list names with whom each shows: `path label` lines, or MXNet's `.lst`; paths count from the list's folder. */
import { stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { DataError, FormatError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import { agreeing, counted, firstFive } from '../../base/words.ts'
import type { Sample } from '../../data/dataset.ts'
import type { LabelledPath } from '../../data/lists/labels.ts'
import { parseImageList, parsePathLabels } from '../../data/lists/labels.ts'
import { decodeText } from '../../data/lists/text.ts'
import { namesOfFolders } from '../../data/lists/listed-names.ts'
import { findListedImages } from './listed-images.ts'
import { readWholeFile } from '../files/record-file.ts'

/** Listed images as a data set has them, ordered by their paths. */
export interface ListedSet {
  readonly identities: readonly string[]
  readonly samples: readonly Sample[]
  /** The file of each sample. */
  readonly files: readonly string[]
  /** What was left out while looking for them, in words. */
  readonly notes: readonly string[]
}

/** Whether `path` is a list: a file that ends in `.txt` or `.lst`. */
export async function isListData(path: string): Promise<boolean> {
  return (
    ['.txt', '.lst'].includes(extname(path).toLowerCase()) &&
    (await stat(path).catch(() => undefined))?.isFile() === true
  )
}

const readList = async (path: string): Promise<readonly LabelledPath[]> => {
  const text = decodeText(await readWholeFile(path), path)
  if (extname(path).toLowerCase() !== '.lst') return parsePathLabels(text, path)
  return parseImageList(text, path).map(({ path: image, labels }, i) => {
    const [label = NaN] = labels
    if (!Number.isSafeInteger(label) || label < 0)
      throw new FormatError(path, `entry ${i + 1} has the label ${label}, which names no class`)
    return { path: image, label }
  })
}

/**
 * Reads a list and finds its images. People are called after the folder their images have in common, or by their label where
 * folders do not tell them apart.
 * @throws FormatError for a damaged list or a path named twice, DataError with the count and the first five where images are missing
 */
export async function openListed(list: string): Promise<ListedSet> {
  const entries = await readList(list)
  const folder = dirname(list)
  const { found, missing, instead, notes } = await findListedImages(
    list,
    folder,
    entries.map(({ path }) => path),
  )
  if (missing.length > 0)
    throw new DataError(
      `${list} names ${counted(missing.length, 'image')} that ${agreeing(missing.length, 'is', 'are')} not there: ` +
        `${firstFive(missing)} (${instead}). Paths count from the list's folder`,
    )
  const sorted = entries
    .map(({ path, label }) => ({ path: found.get(path) ?? path, label }))
    .toSorted((a, b) => byCodePoint(a.path, b.path))
  const twice = sorted.find(({ path }, i) => path === sorted[i + 1]?.path)
  if (twice !== undefined) throw new FormatError(list, `it names ${twice.path} twice`)
  const paths = sorted.map(({ path }) => path)
  const files = paths.map((path) => join(folder, path))
  const labels = [...new Set(sorted.map(({ label }) => label))].sort((a, b) => a - b)
  const places = new Map(labels.map((label, place) => [label, place]))
  const identities = sorted.map(({ label }) => places.get(label) ?? 0)
  return {
    identities: namesOfFolders(paths, identities, labels.length) ?? labels.map(String),
    samples: paths.map((id, i) => ({ id, identity: identities[i] ?? 0 })),
    files,
    notes,
  }
}

/** @file IJB-B or -C on features computed before, of images or of templates, each row found by its name where rows have names. */
import { DataError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { normalizeRows } from '../../evaluate/features.ts'
import { type PoolingFlags, poolingInWords } from '../../evaluate/protocol/templates.ts'
import { type FeatureFile, openFeatureFile, readRows } from './feature-file.ts'
import { findMeta, type MetaFiles, readImageLists, readTemplateIds } from './ijb-files.ts'
import { type IjbEvaluation, type JudgeIjbOptions, judgeTemplates, type Measured } from './ijb-judge.ts'
import { checkTemplates, type JudgingLists, leaveOut, readJudgingLists } from './ijb-lists.ts'
import { allFlags, poolImages } from './ijb-pooling.ts'
import { checkAllListed, listedRows } from './listed-rows.ts'
import { type NamesFile, namesOfRows } from './protocol-embeddings.ts'
import type { RawFeatures } from './raw-features.ts'

/**
 * Features computed before, as `.npy`. `images`: a row for each image of the list, with `sideBySide` the image's and its mirror
 * image's feature in one row. `templates`: a row for each template. Rows are found by the names in `names`, or in the `.json` beside
 * the file: of images, or the templates' numbers; without names they lie in the list's order, templates by ascending number.
 */
export type IjbFeatures =
  | {
      readonly kind: 'images'
      readonly file: string
      readonly names?: string
      readonly sideBySide?: boolean
      readonly flags?: PoolingFlags
    }
  | { readonly kind: 'templates'; readonly file: string; readonly names?: string }

/** Runs the benchmark whose `meta` is in `folder` on features from a file. @throws DataError, FormatError */
export async function evaluateIjbFeatures(
  features: IjbFeatures,
  folder: string,
  options: JudgeIjbOptions = {},
): Promise<IjbEvaluation> {
  const files = await findMeta(folder)
  const lists = await readJudgingLists(files)
  await using file = await openFeatureFile(features.file)
  const named = await namesOfRows(features.file, features.names)
  const measured =
    features.kind === 'templates'
      ? await givenTemplates(file, named, files, lists)
      : await givenImages({ file, named, files, lists, skip: options.skipMissing ?? false }, features)
  const judged = { ...measured, ...given({ model: named?.model }) }
  return judgeTemplates(files, lists, judged, { aligner: 'as given', ...options })
}

const givenTemplates = async (
  file: FeatureFile,
  named: NamesFile | undefined,
  files: MetaFiles,
  lists: JudgingLists,
): Promise<Measured> => {
  const ids = await readTemplateIds(files)
  checkTemplates(lists, files, ids)
  const list = { file: files.images, names: Array.from(ids, String), noun: 'template' }
  const found = listedRows(file, named, list)
  checkAllListed(found, named, list)
  const data = await readRows(file, found.rows)
  normalizeRows(data, file.size, (row) => `template ${ids[row]} in ${file.name}`)
  const templates = { ids, size: file.size, data }
  return { templates, pooling: 'templates as given, normalised', rows: found.said }
}

/** A file of images' features, and what it is judged by. */
interface GivenImages {
  readonly file: FeatureFile
  readonly named: NamesFile | undefined
  readonly files: MetaFiles
  readonly lists: JudgingLists
  readonly skip: boolean
}

const givenImages = async (
  { file, named, files, lists: judging, skip }: GivenImages,
  { sideBySide: isWide = false, flags: asked }: Extract<IjbFeatures, { readonly kind: 'images' }>,
): Promise<Measured> => {
  const listed = await readImageLists(files)
  checkTemplates(judging, files, listed.images.templates)
  const list = { file: files.images, names: listed.faces.map(({ image }) => image) }
  const found = listedRows(file, named, list)
  if (!skip) checkAllListed(found, named, list, '. Leave them out of their templates with --skip-missing')
  const lists = leaveOut(listed, (place) => (found.rows[place] ?? -1) < 0, judging, { files, skip })
  const flags = asked ?? { ...allFlags, flip: isWide }
  if (isWide && file.size % 2 !== 0)
    throw new DataError(
      `${file.name} has rows of ${file.size} numbers, which are no two features side by side`,
    )
  if (flags.flip && !isWide)
    throw new DataError(`${file.name} holds no features of mirror images; the flag F asks for them`)
  const data = await readRows(
    file,
    found.rows.filter((row) => row >= 0),
  )
  const features = isWide ? halves(data, file.size) : { raw: data, size: file.size }
  return {
    templates: poolImages(lists, features, flags),
    flags,
    pooling: poolingInWords(flags),
    rows: found.said,
    ...given({ skipped: lists.skipped }),
  }
}

/** Two features side by side taken apart. */
const halves = (data: Float32Array, width: number): RawFeatures => {
  const size = width / 2
  const half = (from: number): Float32Array => {
    const part = new Float32Array(data.length / 2)
    for (let row = 0; row * width < data.length; row++)
      part.set(data.subarray(row * width + from, row * width + from + size), row * size)
    return part
  }
  return { raw: half(0), mirrored: half(size), size }
}

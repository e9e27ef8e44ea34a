/** @file Evaluating a model on IJB-B or -C: faces cut out by their five points, pooled into templates, compared 1:1 and 1:N. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { normalizeRows } from '../../evaluate/features.ts'
import type { PooledTemplates, PoolingFlags } from '../../evaluate/protocol/templates.ts'
import { poolingInWords, poolTemplates } from '../../evaluate/protocol/templates.ts'
import { alignFace } from '../../image/alignment.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { decodeImage } from '../faces/decode.ts'
import { readFeatures } from './feature-file.ts'
import { findMeta, type ImageLists, readImageLists, readTemplateIds } from './ijb-files.ts'
import { type IjbEvaluation, type JudgeIjbOptions, judgeTemplates } from './ijb-judge.ts'
import { embedRaw, type RawFeatureOptions } from './raw-features.ts'

export interface EvaluateIjbOptions extends JudgeIjbOptions, Omit<RawFeatureOptions, 'mirror'> {
  /** @defaultValue all set: lengths kept, detector scores, mirror images (N1D1F1) */
  readonly flags?: PoolingFlags
  /** The folder of the images. @defaultValue `loose_crop` in the benchmark's folder */
  readonly images?: string
  readonly decode?: DecodeImage
}

const allFlags: PoolingFlags = { flip: true, keepNorms: true, detectorScores: true }

const pool = (
  { images, faces }: ImageLists,
  features: { readonly raw: Float32Array; readonly mirrored?: Float32Array; readonly size: number },
  flags: PoolingFlags,
): PooledTemplates =>
  poolTemplates(
    {
      features: features.raw,
      size: features.size,
      templates: images.templates,
      media: images.media,
      scores: Float32Array.from(faces, ({ score }) => score),
      ...given({ mirrored: features.mirrored }),
    },
    flags,
  )

/**
 * Runs the benchmark in `folder` (with its lists, or `meta` with them, and `loose_crop`). Each image is embedded once.
 * @throws DataError where lists or images are missing or disagree, FormatError where they are damaged
 */
export async function evaluateIjb(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  folder: string,
  options: EvaluateIjbOptions = {},
): Promise<IjbEvaluation> {
  const flags = options.flags ?? allFlags
  const files = await findMeta(folder)
  const lists = await readImageLists(files)
  const { faces } = lists
  const images = options.images ?? join(folder, 'loose_crop')
  const decode = options.decode ?? decodeImage
  const { raw, mirrored, size } = await embedRaw(
    model,
    faces.length,
    async (index) => {
      const face = faces[index]
      if (face === undefined) throw new RangeError(`Expected an index below ${faces.length}, got ${index}`)
      const file = join(images, face.image)
      const bytes = await readFile(file).catch((cause: unknown) => {
        throw new FormatError(file, 'cannot be read', undefined, { cause })
      })
      return alignFace(await decode(bytes, file), face.points, model.contract.input)
    },
    { ...options, mirror: flags.flip },
  )
  const { height, width } = model.contract.input
  return judgeTemplates(
    files,
    {
      templates: pool(lists, { raw, size, ...given({ mirrored }) }, flags),
      flags,
      pooling: poolingInWords(flags),
      model: model.contract.id,
    },
    { aligner: `five points of the list, ${height}x${width}`, ...options },
  )
}

/**
 * Features computed before, as `.npy`. `images`: a row for each line of the list of images, with `sideBySide` the image's and its
 * mirror image's feature in one row. `templates`: a row for each template, by ascending number.
 */
export type IjbFeatures =
  | {
      readonly kind: 'images'
      readonly file: string
      readonly sideBySide?: boolean
      readonly flags?: PoolingFlags
    }
  | { readonly kind: 'templates'; readonly file: string }

/** Runs the benchmark whose `meta` is in `folder` on features from a file. @throws DataError, FormatError */
export async function evaluateIjbFeatures(
  features: IjbFeatures,
  folder: string,
  options: JudgeIjbOptions = {},
): Promise<IjbEvaluation> {
  const files = await findMeta(folder)
  const judging = { aligner: 'as given', ...options }
  if (features.kind === 'templates') {
    const ids = await readTemplateIds(files)
    const { data, size } = await readFeatures(features.file)
    if (data.length !== ids.length * size)
      throw new DataError(
        `${features.file} has ${data.length / size} rows, ${files.images} names ${ids.length} templates`,
      )
    normalizeRows(data, size, (row) => `template ${ids[row]} in ${features.file}`)
    return judgeTemplates(
      files,
      { templates: { ids, size, data }, pooling: 'templates as given, normalised' },
      judging,
    )
  }
  const lists = await readImageLists(files)
  const { data, size: width } = await readFeatures(features.file)
  const count = data.length / width
  if (count !== lists.faces.length)
    throw new DataError(`${features.file} has ${count} rows, ${files.images} ${lists.faces.length} images`)
  const isWide = features.sideBySide === true
  if (isWide && width % 2 !== 0)
    throw new DataError(
      `${features.file} has rows of ${width} numbers, which are no two features side by side`,
    )
  const flags = features.flags ?? { ...allFlags, flip: isWide }
  if (flags.flip && !isWide)
    throw new DataError(`${features.file} holds no features of mirror images; the flag F asks for them`)
  const size = isWide ? width / 2 : width
  const half = (from: number): Float32Array => {
    const part = new Float32Array(count * size)
    for (let row = 0; row < count; row++)
      part.set(data.subarray(row * width + from, row * width + from + size), row * size)
    return part
  }
  const parts = isWide ? { raw: half(0), mirrored: half(size) } : { raw: data }
  return judgeTemplates(
    files,
    { templates: pool(lists, { ...parts, size }, flags), flags, pooling: poolingInWords(flags) },
    judging,
  )
}

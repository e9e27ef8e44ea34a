/** @file Evaluating a model on IJB-B or -C: faces cut out by their five points, pooled into templates, compared 1:1 and 1:N. */
import { availableParallelism } from 'node:os'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError, FormatError, MissingPartError } from '../base/errors.ts'
import { byCodePoint } from '../base/names.ts'
import {
  type DetectedFace,
  parseDetectedFaces,
  parseTemplateImages,
  parseTemplatePairs,
  parseTemplateSubjects,
  type TemplateImages,
} from '../data/lists-ijb.ts'
import { decodeText } from '../data/lists-text.ts'
import { normalizeRows } from '../evaluate/features.ts'
import { templateEvaluation } from '../evaluate/protocol-evaluations.ts'
import type { IdentificationResult, Searches, SubjectTemplates } from '../evaluate/protocol-identify.ts'
import { judgeGalleries, search } from '../evaluate/protocol-identify.ts'
import type { TemplatePairList, TemplateVerificationResult } from '../evaluate/protocol-ijb.ts'
import {
  scoreTemplatePairs,
  scoreTemplatePairsBy,
  templatePeople,
  verifyTemplates,
} from '../evaluate/protocol-ijb.ts'
import { tarOutcomes, unitsOf } from '../evaluate/protocol-outcomes.ts'
import type { ProtocolEvaluation } from '../evaluate/protocol-report.ts'
import type { PooledTemplates, PoolingFlags } from '../evaluate/protocol-templates.ts'
import { poolingInWords, poolTemplates, rowsOf } from '../evaluate/protocol-templates.ts'
import { alignFace } from '../image/alignment.ts'
import type { DecodeImage } from '../image/image.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import type { Driver } from '../runtime/driver.ts'
import { decodeImage } from './decode.ts'
import { readFeatures } from './feature-file.ts'
import { openDriver } from './open-driver.ts'
import type { RawFeatureOptions } from './raw-features.ts'
import { embedRaw } from './raw-features.ts'
import { readWholeFile } from './record-file.ts'
import { openScoreProduct } from './score-product.ts'

/** How templates are judged. */
export interface JudgeIjbOptions {
  /** What the report calls the model. @defaultValue model */
  readonly name?: string
  /** Which benchmark it is. @defaultValue by the name of its lists, else IJB-C */
  readonly benchmark?: 'ijbb' | 'ijbc'
  /** How faces were cut out, for the record. */
  readonly aligner?: string
  readonly seed?: number
  readonly replicates?: number
  /** Runs the matrix products that score pairs; by default one is opened where pairs are many. */
  readonly driver?: Driver
}

export interface EvaluateIjbOptions extends JudgeIjbOptions, Omit<RawFeatureOptions, 'mirror'> {
  /** @defaultValue all set: lengths kept, detector scores, mirror images (N1D1F1) */
  readonly flags?: PoolingFlags
  /** The folder of the images. @defaultValue `loose_crop` in the benchmark's folder */
  readonly images?: string
  readonly decode?: DecodeImage
}

const allFlags: PoolingFlags = { flip: true, keepNorms: true, detectorScores: true }

export interface IjbEvaluation {
  readonly evaluation: ProtocolEvaluation
  readonly verification: TemplateVerificationResult
  /** Where the folder has galleries and probes. */
  readonly identification?: IdentificationResult
}

const templateList = /_face_tid_mid\.txt$/

/** The files of a benchmark's `meta` folder, whatever prefix they carry. */
interface MetaFiles {
  readonly images: string
  readonly pairs: string
  readonly faces: string
  readonly galleries: readonly string[]
  readonly probes?: string
}

const findMeta = async (folder: string): Promise<MetaFiles> => {
  const isThere = (await stat(join(folder, 'meta')).catch(() => undefined))?.isDirectory() === true
  const isFlat = !isThere && (await readdir(folder).catch(() => [])).some((name) => templateList.test(name))
  const meta = isFlat ? folder : join(folder, 'meta')
  const names = await readdir(meta).catch((cause: unknown) => {
    throw new DataError(`Expected ${meta} with the benchmark's lists`, { cause })
  })
  const find = (pattern: RegExp): string | undefined => {
    const name = names.sort(byCodePoint).find((candidate) => pattern.test(candidate))
    return name === undefined ? undefined : join(meta, name)
  }
  const needed = (pattern: RegExp, shown: string): string => {
    const path = find(pattern)
    if (path === undefined) throw new DataError(`Expected ${shown} in ${meta}`)
    return path
  }
  const probes = find(/_1N_probe_mixed\.csv$/)
  return {
    images: needed(templateList, '*_face_tid_mid.txt'),
    pairs: needed(/_template_pair_label\.txt$/, '*_template_pair_label.txt'),
    faces: needed(/_name_5pts_score\.txt$/, '*_name_5pts_score.txt'),
    galleries: names
      .filter((name) => /_1N_gallery_[GS][12]\.csv$/.test(name))
      .sort(byCodePoint)
      .map((name) => join(meta, name)),
    ...(probes === undefined ? {} : { probes }),
  }
}

const readText = async (path: string): Promise<string> => decodeText(await readWholeFile(path), path)

const subjectsOf = async (templates: PooledTemplates, path: string): Promise<SubjectTemplates> => {
  const { templates: ids, subjects } = parseTemplateSubjects(await readText(path), path)
  const { size } = templates
  const data = new Float32Array(ids.length * size)
  rowsOf(templates, ids, path).forEach((row, i) =>
    data.set(templates.data.subarray(row * size, (row + 1) * size), i * size),
  )
  return { data, size, subjects }
}

/** With fewer pairs, opening a runtime takes longer than the pairs do. */
const manyPairs = 500_000

const scorePairs = async (
  templates: PooledTemplates,
  pairs: TemplatePairList,
  given: Driver | undefined,
): Promise<{ readonly same: Float32Array; readonly different: Float32Array }> => {
  const opened: AsyncDisposable[] = []
  try {
    const own = given === undefined && pairs.same.length >= manyPairs ? await openIfInstalled() : undefined
    if (own !== undefined) opened.push(own)
    const driver = given ?? own
    if (driver === undefined) return scoreTemplatePairs(templates, pairs)
    return await scoreTemplatePairsBy(templates, pairs, async (rows) => {
      const product = await openScoreProduct(driver, rows, availableParallelism())
      opened.push(product)
      return product.product
    })
  } finally {
    for (const part of opened.toReversed()) await part[Symbol.asyncDispose]()
  }
}

/** Without a runtime pairs are scored one by one: slower, the same figures. */
const openIfInstalled = async (): Promise<Driver | undefined> => {
  try {
    return (await openDriver()).driver
  } catch (error) {
    if (error instanceof MissingPartError) return undefined
    throw error
  }
}

interface ImageLists {
  readonly images: TemplateImages
  readonly faces: readonly DetectedFace[]
}

const readImageLists = async (files: MetaFiles): Promise<ImageLists> => {
  const images = parseTemplateImages(await readText(files.images), files.images)
  const faces = parseDetectedFaces(await readText(files.faces), files.faces)
  if (images.images.length !== faces.length)
    throw new DataError(
      `${files.images} lists ${images.images.length} images, ${files.faces} ${faces.length}`,
    )
  return { images, faces }
}

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
      ...(features.mirrored === undefined ? {} : { mirrored: features.mirrored }),
    },
    flags,
  )

/** What was measured besides the lists: templates, and how they came about. */
interface Measured {
  readonly templates: PooledTemplates
  readonly flags?: PoolingFlags
  readonly pooling: string
  readonly model?: string
}

/** Judges templates by the lists of the folder. */
const judge = async (
  files: MetaFiles,
  { templates, pooling, flags, model }: Measured,
  options: JudgeIjbOptions,
): Promise<IjbEvaluation> => {
  const pairs = parseTemplatePairs(await readWholeFile(files.pairs), files.pairs)
  const scores = await scorePairs(templates, pairs, options.driver)
  // the scores are sorted in place; the few of one person are kept as they are listed
  const own = scores.same.slice()
  const common = {
    seed: options.seed ?? 0,
    ...(options.replicates === undefined ? {} : { replicates: options.replicates }),
  }
  const verification = verifyTemplates(templates, pairs, {
    ...common,
    pooling,
    scores,
    ...(model === undefined ? {} : { model }),
  })
  const outcomes = tarOutcomes(own, templatePeople(pairs), verification.tarAtFar, unitsOf(listed(pairs)))
  const searches: Searches[] = []
  if (files.probes !== undefined && files.galleries.length > 0) {
    const probes = await subjectsOf(templates, files.probes)
    for (const path of files.galleries) searches.push(search(probes, await subjectsOf(templates, path)))
  }
  const identification = searches.length === 0 ? undefined : judgeGalleries(searches)
  const evaluation = templateEvaluation(
    {
      name: options.name ?? 'model',
      record: {
        protocol: options.benchmark ?? (/ijb-?b/i.test(files.pairs) ? 'ijbb' : 'ijbc'),
        convention: flags === undefined ? 'templates as given, normalised' : pooling,
        aligner: options.aligner ?? 'five points of the list to the 112×112 template',
        seed: common.seed,
        files: [files.images, files.pairs, files.faces, ...files.galleries, files.probes ?? '']
          .filter((path) => path !== '')
          .map((path) => basename(path)),
        ...(model === undefined ? {} : { model }),
      },
    },
    {
      verification,
      scores,
      outcomes,
      searches,
      ...(identification === undefined ? {} : { identification }),
    },
  )
  return { verification, evaluation, ...(identification === undefined ? {} : { identification }) }
}

function* listed(pairs: TemplatePairList): Generator<number> {
  yield pairs.same.length
  for (let i = 0; i < pairs.same.length; i++) {
    if (pairs.same[i] !== 1) continue
    yield pairs.first[i]!
    yield pairs.second[i]!
  }
}

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
  return judge(
    files,
    {
      templates: pool(lists, { raw, size, ...(mirrored === undefined ? {} : { mirrored }) }, flags),
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
  const given = { aligner: 'as given', ...options }
  if (features.kind === 'templates') {
    const images = parseTemplateImages(await readText(files.images), files.images)
    const ids = Int32Array.from(new Set(images.templates)).sort()
    const { data, size } = await readFeatures(features.file)
    if (data.length !== ids.length * size)
      throw new DataError(
        `${features.file} has ${data.length / size} rows, ${files.images} names ${ids.length} templates`,
      )
    normalizeRows(data, size, (row) => `template ${ids[row]} in ${features.file}`)
    return judge(files, { templates: { ids, size, data }, pooling: 'templates as given, normalised' }, given)
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
  return judge(
    files,
    { templates: pool(lists, { ...parts, size }, flags), flags, pooling: poolingInWords(flags) },
    given,
  )
}

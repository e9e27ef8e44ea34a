/** @file Evaluating a model on IJB-B or -C: faces cut out by their five points, pooled into templates, compared 1:1 and 1:N. */
import { availableParallelism } from 'node:os'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, FormatError } from '../base/errors.ts'
import { byCodePoint } from '../base/names.ts'
import {
  parseDetectedFaces,
  parseTemplateImages,
  parseTemplatePairs,
  parseTemplateSubjects,
} from '../data/lists-ijb.ts'
import { decodeText } from '../data/lists-text.ts'
import type { IdentificationResult, SubjectTemplates } from '../evaluate/protocol-identify.ts'
import { identifyProtocol } from '../evaluate/protocol-identify.ts'
import type { TemplatePairList, TemplateVerificationResult } from '../evaluate/protocol-ijb.ts'
import { scoreTemplatePairs, scoreTemplatePairsBy, verifyTemplates } from '../evaluate/protocol-ijb.ts'
import type { PooledTemplates, PoolingFlags } from '../evaluate/protocol-templates.ts'
import { poolingInWords, poolTemplates, rowsOf } from '../evaluate/protocol-templates.ts'
import { alignFace } from '../image/alignment.ts'
import type { DecodeImage } from '../image/image.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import type { Driver } from '../runtime/driver.ts'
import { decodeImage } from './decode.ts'
import type { RawFeatureOptions } from './raw-features.ts'
import { embedRaw } from './raw-features.ts'
import { readWholeFile } from './record-file.ts'
import { openScoreProduct } from './score-product.ts'

export interface EvaluateIjbOptions extends Omit<RawFeatureOptions, 'mirror'> {
  /** @defaultValue all set: lengths kept, detector scores, mirror images (N1D1F1) */
  readonly flags?: PoolingFlags
  readonly seed?: number
  readonly replicates?: number
  readonly decode?: DecodeImage
  /** With it, pairs are scored by matrix products. */
  readonly driver?: Driver
}

export interface IjbEvaluation {
  readonly verification: TemplateVerificationResult
  /** Where the folder has galleries and probes. */
  readonly identification?: IdentificationResult
}

/** The files of a benchmark's `meta` folder, whatever prefix they carry. */
interface MetaFiles {
  readonly images: string
  readonly pairs: string
  readonly faces: string
  readonly galleries: readonly string[]
  readonly probes?: string
}

const findMeta = async (folder: string): Promise<MetaFiles> => {
  const meta = join(folder, 'meta')
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
    images: needed(/_face_tid_mid\.txt$/, '*_face_tid_mid.txt'),
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

const scorePairs = async (
  templates: PooledTemplates,
  pairs: TemplatePairList,
  driver: Driver | undefined,
): Promise<{ readonly same: Float32Array; readonly different: Float32Array }> => {
  if (driver === undefined) return scoreTemplatePairs(templates, pairs)
  const opened: AsyncDisposable[] = []
  try {
    return await scoreTemplatePairsBy(templates, pairs, async (rows) => {
      const product = await openScoreProduct(driver, rows, availableParallelism())
      opened.push(product)
      return product.product
    })
  } finally {
    for (const product of opened) await product[Symbol.asyncDispose]()
  }
}

/**
 * Runs the benchmark in `folder` (with `meta` and `loose_crop`). Each image is embedded once.
 * @throws DataError where lists or images are missing or disagree, FormatError where they are damaged
 */
export async function evaluateIjb(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  folder: string,
  options: EvaluateIjbOptions = {},
): Promise<IjbEvaluation> {
  const flags = options.flags ?? { flip: true, keepNorms: true, detectorScores: true }
  const files = await findMeta(folder)
  const listed = parseTemplateImages(await readText(files.images), files.images)
  const faces = parseDetectedFaces(await readText(files.faces), files.faces)
  if (listed.images.length !== faces.length)
    throw new DataError(
      `${files.images} lists ${listed.images.length} images, ${files.faces} ${faces.length}`,
    )
  const decode = options.decode ?? decodeImage
  const { raw, mirrored, size } = await embedRaw(
    model,
    faces.length,
    async (index) => {
      const face = faces[index]
      if (face === undefined) throw new RangeError(`Expected an index below ${faces.length}, got ${index}`)
      const file = join(folder, 'loose_crop', face.image)
      const bytes = await readFile(file).catch((cause: unknown) => {
        throw new FormatError(file, 'cannot be read', undefined, { cause })
      })
      return alignFace(await decode(bytes, file), face.points, model.contract.input)
    },
    { ...options, mirror: flags.flip },
  )
  const templates = poolTemplates(
    {
      features: raw,
      size,
      templates: listed.templates,
      media: listed.media,
      scores: Float32Array.from(faces, ({ score }) => score),
      ...(mirrored === undefined ? {} : { mirrored }),
    },
    flags,
  )
  const pairs = parseTemplatePairs(await readWholeFile(files.pairs), files.pairs)
  const scores = await scorePairs(templates, pairs, options.driver)
  const verification = verifyTemplates(templates, pairs, {
    pooling: poolingInWords(flags),
    model: model.contract.id,
    scores,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.replicates === undefined ? {} : { replicates: options.replicates }),
  })
  if (files.probes === undefined || files.galleries.length === 0) return { verification }
  const galleries: SubjectTemplates[] = []
  for (const path of files.galleries) galleries.push(await subjectsOf(templates, path))
  return {
    verification,
    identification: identifyProtocol(await subjectsOf(templates, files.probes), galleries),
  }
}

/** @file Evaluating a model on IJB-B or -C: faces cut out by their five points, pooled into templates, compared 1:1 and 1:N. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { PoolingFlags } from '../../evaluate/protocol/templates.ts'
import { poolingInWords } from '../../evaluate/protocol/templates.ts'
import { alignFace } from '../../image/alignment.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { decodeImage } from '../faces/decode.ts'
import { findListedImages } from '../faces/listed-images.ts'
import { findMeta, readImageLists } from './ijb-files.ts'
import { type IjbEvaluation, type JudgeIjbOptions, judgeTemplates } from './ijb-judge.ts'
import { checkTemplates, leaveOut, readJudgingLists } from './ijb-lists.ts'
import { allFlags, poolImages } from './ijb-pooling.ts'
import { embedRaw, type RawFeatureOptions } from './raw-features.ts'

export interface EvaluateIjbOptions extends JudgeIjbOptions, Omit<RawFeatureOptions, 'mirror'> {
  /** @defaultValue all set: lengths kept, detector scores, mirror images (N1D1F1) */
  readonly flags?: PoolingFlags
  /** The folder of the images. @defaultValue `loose_crop` in the benchmark's folder */
  readonly images?: string
  readonly decode?: DecodeImage
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
  const listed = await readImageLists(files)
  const judging = await readJudgingLists(files)
  checkTemplates(judging, files, listed.images.templates)
  const images = options.images ?? join(folder, 'loose_crop')
  const { found, instead } = await findListedImages(
    files.images,
    images,
    listed.faces.map(({ image }) => image),
  )
  const isMissing = (place: number): boolean => !found.has(listed.faces[place]?.image ?? '')
  const lists = leaveOut(listed, isMissing, judging, {
    files,
    instead,
    skip: options.skipMissing ?? false,
  })
  const { faces, skipped } = lists
  const decode = options.decode ?? decodeImage
  const { raw, mirrored, size } = await embedRaw(
    model,
    faces.length,
    async (index) => {
      const face = faces[index]
      if (face === undefined) throw new RangeError(`Expected an index below ${faces.length}, got ${index}`)
      const file = join(images, found.get(face.image) ?? face.image)
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
    judging,
    {
      templates: poolImages(lists, { raw, size, ...given({ mirrored }) }, flags),
      flags,
      pooling: poolingInWords(flags),
      model: model.contract.id,
      ...given({ skipped }),
    },
    { aligner: `five points of the list, ${height}x${width}`, ...options },
  )
}

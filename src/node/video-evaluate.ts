/** @file Evaluating a model on videos (YouTube Faces): folders of frames `name/number/…`, a list of pairs with its splits. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DataError, FormatError, UsageError } from '../base/errors.ts'
import { byCodePoint } from '../base/names.ts'
import { agreeing, counted } from '../base/words.ts'
import { decodeText } from '../data/lists-text.ts'
import { parseYtfSplits } from '../data/lists-ytf.ts'
import type { FlipRule } from '../evaluate/features.ts'
import { fuse, templateSize } from '../evaluate/features.ts'
import { flipText } from '../evaluate/protocol.ts'
import { pairEvaluation } from '../evaluate/protocol-evaluations.ts'
import type { ProtocolEvaluation } from '../evaluate/protocol-report.ts'
import {
  type Frames,
  meanFrames,
  scoreVideos,
  spreadFrames,
  videoPoolingInWords,
  type VideoPooling,
} from '../evaluate/protocol-video.ts'
import { verifyScores } from '../evaluate/verify.ts'
import type { EmbeddingModel } from '../model/contract.ts'
import { readImage } from './decode.ts'
import { isImageName } from './folder-scan.ts'
import { embedRaw } from './raw-features.ts'
import { readWholeFile } from './record-file.ts'

export interface EvaluateVideosOptions {
  /** What the report calls the model. */
  readonly name: string
  /** @defaultValue mean */
  readonly pooling?: VideoPooling
  /** At most so many frames of a video, evenly spread. @defaultValue all */
  readonly frames?: number
  /** @defaultValue the contract's */
  readonly flip?: FlipRule
  /** Leave out pairs whose videos are missing, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  /** Images embedded at once. @defaultValue 32 */
  readonly batch?: number
  readonly seed?: number
  readonly replicates?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (videos: number, total: number) => void
}

const framesOf = async (folder: string, video: string): Promise<string[]> => {
  const names = await readdir(join(folder, video)).catch(() => [])
  return names.filter((name) => isImageName(name) && !name.startsWith('.')).sort(byCodePoint)
}

const missingError = (missing: readonly string[], folder: string): DataError =>
  new DataError(
    `${counted(missing.length, 'video')} of the list ${agreeing(missing.length, 'has', 'have')} no frames in ${folder}: ${missing.slice(0, 5).join(', ')}` +
      `${missing.length > 5 ? ', …' : ''}`,
  )

/**
 * Embeds the frames of every video the list names, once, and judges the pairs. Which list it was is in the record: the corrected
 * splits have other labels than the first ones.
 * @throws DataError, FormatError, UsageError
 */
export async function evaluateVideos(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  folder: string,
  splits: string,
  options: EvaluateVideosOptions,
): Promise<ProtocolEvaluation> {
  const { pooling = 'mean', seed = 0, signal } = options
  if (options.frames !== undefined && !(Number.isInteger(options.frames) && options.frames >= 1))
    throw new UsageError(`Expected \`frames\` to be an integer of at least 1, got ${options.frames}`)
  const flip = options.flip ?? model.contract.flip
  const list = parseYtfSplits(decodeText(await readWholeFile(splits), splits), splits)
  const names = [...new Set(list.pairs.flatMap(({ a, b }) => [a, b]))].sort(byCodePoint)
  const found = new Map<string, readonly string[]>()
  for (const name of names) {
    const files = await framesOf(folder, name)
    if (files.length > 0) found.set(name, files)
  }
  const missing = names.filter((name) => !found.has(name))
  if (missing.length > 0 && options.skipMissing !== true) throw missingError(missing, folder)
  const pairs = list.pairs.filter(({ a, b }) => found.has(a) && found.has(b))
  const used = new Set(pairs.flatMap(({ a, b }) => [a, b]))
  const size = templateSize(model.contract.embeddingSize, flip)
  const parts: Frames[] = []
  let frameCount = 0
  for (const name of names.filter((video) => used.has(video))) {
    signal?.throwIfAborted()
    const all = found.get(name) ?? []
    const files = spreadFrames(all.length, options.frames ?? Infinity).map((i) =>
      join(folder, name, all[i] ?? ''),
    )
    const { raw, mirrored } = await embedRaw(model, files.length, (i) => readImage(files[i] ?? ''), {
      mirror: flip !== 'none',
      ...(options.batch === undefined ? {} : { batch: options.batch }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw error instanceof FormatError
        ? error
        : new DataError(`${name}: ${String(error)}`, { cause: error })
    })
    const features = fuse(raw, mirrored, model.contract.embeddingSize, flip, (row) => files[row] ?? '')
    const frames: Frames = { features, size, videos: files.map(() => name) }
    frameCount += files.length
    // of a video that is its mean, the frames need not be kept
    parts.push(pooling === 'mean' ? { features: meanFrames(frames).data, size, videos: [name] } : frames)
    options.onProgress?.(parts.length, used.size)
  }
  const skipped = list.pairs.length - pairs.length
  const scored = scoreVideos(pairs, joined(parts, size), pooling)
  const result = verifyScores(scored, {
    folds: list.folds,
    flip,
    skipped,
    model: model.contract.id,
    seed,
    ...(options.replicates === undefined ? {} : { replicates: options.replicates }),
  })
  const limit =
    options.frames === undefined ? 'all frames' : `at most ${counted(options.frames, 'frame')}, evenly spread`
  const evaluated = {
    ...result,
    protocol: `${videoPoolingInWords[pooling]}; ${limit} of each video, ${frameCount} in all; ${result.protocol}`,
  }
  return pairEvaluation(
    {
      name: options.name,
      record: {
        protocol: 'ytf',
        convention: `${pooling}; ${limit}; ${flipText(flip)}`,
        aligner: 'as given',
        seed,
        files: [basename(splits)],
        model: model.contract.id,
      },
    },
    { result: evaluated, scored },
  )
}

const joined = (parts: readonly Frames[], size: number): Frames => {
  const features = new Float32Array(parts.reduce((sum, part) => sum + part.features.length, 0))
  let at = 0
  for (const part of parts) {
    features.set(part.features, at)
    at += part.features.length
  }
  return { features, size, videos: parts.flatMap(({ videos }) => videos) }
}

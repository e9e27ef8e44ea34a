/** @file Evaluating a model, or embeddings made before, on videos (YouTube Faces): a list of pairs of videos with its splits. */
import { basename } from 'node:path'
import { DataError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { byCodePoint } from '../../base/names.ts'
import { agreeing, counted } from '../../base/words.ts'
import { decodeText } from '../../data/lists/text.ts'
import { parseYtfSplits } from '../../data/lists/ytf.ts'
import type { FlipRule } from '../../evaluate/features.ts'
import { checkPairKinds } from '../../evaluate/pair.ts'
import { flipText } from '../../evaluate/protocol.ts'
import { pairEvaluation } from '../../evaluate/protocol/evaluations.ts'
import { benchmarkFacts } from '../../evaluate/protocols/registry.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import {
  type Frames,
  meanFrames,
  scoreVideos,
  videoPoolingInWords,
  type VideoPooling,
} from '../../evaluate/protocol/video.ts'
import { verifyScores } from '../../evaluate/verify.ts'
import type { Evaluated } from './evaluated.ts'
import { featuresAsGiven } from './protocol-embeddings.ts'
import { readWholeFile } from '../files/record-file.ts'
import {
  videosOfEmbeddings,
  videosOfFolder,
  type VideoSource,
  type VideoSourceOptions,
} from './video-frames.ts'

export interface EvaluateVideosOptions extends VideoSourceOptions {
  /** What the report calls the model. */
  readonly name: string
  /** The folder of videos, `name/number/` with frames; for embeddings it only tells what their names are relative to. */
  readonly images?: string
  /** @defaultValue mean */
  readonly pooling?: VideoPooling
  /** @defaultValue the contract's */
  readonly flip?: FlipRule
  /** Leave out pairs whose videos are missing, and count them. @defaultValue false */
  readonly skipMissing?: boolean
  readonly seed?: number
  readonly replicates?: number
  readonly onProgress?: (videos: number, total: number) => void
}

/** How features come about: the rule, its words, and the model's id. */
const featuresOf = (evaluated: Evaluated, asked?: FlipRule) => {
  if (evaluated.kind === 'embeddings') {
    const { embeddings } = evaluated
    const { flip = 'none', model } = embeddings
    return { flip, words: featuresAsGiven(embeddings), ...given({ model }) }
  }
  const { contract } = evaluated.model
  const flip = asked ?? contract.flip
  return { flip, words: flipText(flip), model: contract.id }
}

const openVideos = async (
  evaluated: Evaluated,
  wanted: readonly string[],
  flip: FlipRule,
  options: EvaluateVideosOptions,
): Promise<VideoSource> => {
  const { images } = options
  if (evaluated.kind === 'embeddings')
    return videosOfEmbeddings(evaluated.embeddings, wanted, images, options)
  if (images === undefined)
    throw new UsageError(
      'Expected --images with the folder of the videos’ frames, name/number/frame, got nothing',
    )
  return videosOfFolder(evaluated.model, images, wanted, flip, options)
}

const missingError = (missing: readonly string[], place: string): DataError =>
  new DataError(
    `${counted(missing.length, 'video')} of the list ${agreeing(missing.length, 'has', 'have')} no frames in ${place}: ${missing.slice(0, 5).join(', ')}` +
      `${missing.length > 5 ? ', …' : ''}`,
  )

/**
 * Takes the features of the frames of every video the list names, once, and judges the pairs. Which list it was is in the record: the
 * corrected splits have other labels than the first ones.
 * @throws DataError, FormatError, UsageError
 */
export async function evaluateVideos(
  evaluated: Evaluated,
  splits: string,
  options: EvaluateVideosOptions,
): Promise<ProtocolEvaluation> {
  const { pooling = 'mean', seed = 0, signal, replicates } = options
  if (options.frames !== undefined && !(Number.isInteger(options.frames) && options.frames >= 1))
    throw new UsageError(`Expected \`frames\` to be an integer of at least 1, got ${options.frames}`)
  const { flip, words, ...model } = featuresOf(evaluated, options.flip)
  const list = parseYtfSplits(decodeText(await readWholeFile(splits), splits), splits)
  const names = [...new Set(list.pairs.flatMap(({ a, b }) => [a, b]))].sort(byCodePoint)
  const source = await openVideos(evaluated, names, flip, options)
  const missing = names.filter((name) => !source.videos.has(name))
  if (missing.length > 0 && options.skipMissing !== true) throw missingError(missing, source.place)
  if (source.isPooled && pooling !== 'mean')
    throw new UsageError(
      `${source.place} holds one feature a video, --pooling ${pooling} compares frames; take --pooling mean`,
    )
  const pairs = list.pairs.filter(({ a, b }) => source.videos.has(a) && source.videos.has(b))
  checkPairKinds(pairs)
  const used = new Set(pairs.flatMap(({ a, b }) => [a, b]))
  const { size } = source
  const parts: Frames[] = []
  let frameCount = 0
  for (const name of names.filter((video) => used.has(video))) {
    signal?.throwIfAborted()
    const features = await source.read(name)
    const frames = { features, size, videos: Array.from({ length: features.length / size }, () => name) }
    frameCount += frames.videos.length
    // of a video that is its mean, the frames need not be kept
    parts.push(pooling === 'mean' ? { features: meanFrames(frames).data, size, videos: [name] } : frames)
    options.onProgress?.(parts.length, used.size)
  }
  const scored = scoreVideos(pairs, joined(parts, size), pooling)
  const result = verifyScores(scored, {
    folds: list.folds,
    flip,
    features: words,
    skipped: list.pairs.length - pairs.length,
    seed,
    ...model,
    ...given({ replicates }),
  })
  const limited =
    options.frames === undefined ? 'all frames' : `at most ${counted(options.frames, 'frame')}, evenly spread`
  const limit = source.isPooled ? 'one feature' : limited
  return pairEvaluation(
    {
      name: options.name,
      record: {
        ...benchmarkFacts('ytf'),
        convention: `${pooling}; ${limit}; ${words}`,
        aligner: 'as given',
        seed,
        files: [splits, ...(evaluated.kind === 'embeddings' ? [source.place] : [])].map((path) =>
          basename(path),
        ),
        ...model,
      },
    },
    {
      scored,
      result: {
        ...result,
        protocol: `${videoPoolingInWords[pooling]}; ${limit} of each video, ${frameCount} in all; ${result.protocol}`,
      },
    },
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

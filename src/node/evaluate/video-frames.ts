/** @file Where the frames of videos come from: images in folders `name/number/…`, or features made before with the frames' names. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mapBounded } from '../../base/concurrency.ts'
import { DataError } from '../../base/errors.ts'
import { placesOf } from '../../base/groups.ts'
import { byCodePoint, folderOf } from '../../base/names.ts'
import type { FlipRule } from '../../evaluate/features.ts'
import { checkInside } from '../../data/lists/listed-path.ts'
import { fuse, templateSize } from '../../evaluate/features.ts'
import { spreadFrames } from '../../evaluate/protocol/video.ts'
import type { DecodeImage } from '../../image/image.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { readImage } from '../faces/decode.ts'
import { isImageName } from '../faces/folder-walk.ts'
import type { Embeddings } from './protocol-embeddings.ts'
import { relativeNames } from './protocol-embeddings.ts'
import { embedRaw } from './raw-features.ts'

/** Videos, and the features of their frames. */
export interface VideoSource {
  /** Those that have frames. */
  readonly videos: ReadonlySet<string>
  /** The folder or file, for messages. */
  readonly place: string
  /** Whether each video is one feature already, its frames' mean, say. */
  readonly isPooled: boolean
  readonly size: number
  /** The frames of a video [frames, size], each of length 1. */
  readonly read: (video: string) => Promise<Float32Array>
}

export interface VideoSourceOptions {
  /** At most so many frames of a video, evenly spread. @defaultValue all */
  readonly frames?: number
  /** Images embedded at once. @defaultValue 32 */
  readonly batch?: number
  readonly decode?: DecodeImage
  readonly signal?: AbortSignal
}

/** Every one, or at most `limit` evenly spread. */
const spread = <T>(all: readonly T[], limit = Infinity): readonly T[] => {
  const taken = new Set(spreadFrames(all.length, limit))
  return all.filter((_, i) => taken.has(i))
}

const imagesIn = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => isImageName(name) && !name.startsWith('.')).sort(byCodePoint)
}

/** Frames as images, embedded when a video is read. */
export async function videosOfFolder(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  folder: string,
  wanted: readonly string[],
  flip: FlipRule,
  options: VideoSourceOptions = {},
): Promise<VideoSource> {
  const { frames: limit, ...embedding } = options
  const listed = await mapBounded(wanted, 16, async (video): Promise<[string, readonly string[]]> => [
    video,
    await imagesIn(join(folder, checkInside(video))),
  ])
  const found = new Map(listed.filter(([, names]) => names.length > 0))
  const { embeddingSize } = model.contract
  return {
    videos: new Set(found.keys()),
    place: folder,
    isPooled: false,
    size: templateSize(embeddingSize, flip),
    read: async (video) => {
      const files = spread(found.get(video) ?? [], limit).map((name) => join(folder, video, name))
      const { raw, mirrored } = await embedRaw(
        model,
        files.length,
        (i) => readImage(files[i] ?? '', options.decode),
        {
          ...embedding,
          mirror: flip !== 'none',
        },
      ).catch((error: unknown) => {
        // a damaged image is named already, and Ctrl-C is no fault of the video
        if (!(error instanceof DataError)) throw error
        throw new DataError(`${video}: ${error.message}`, { cause: error })
      })
      return fuse(raw, mirrored, embeddingSize, flip, (row) => files[row] ?? '')
    },
  }
}

/** Features made before: a row is called as its frame, `name/number/frame.jpg`, or as its video, once for each frame. @throws DataError */
export function videosOfEmbeddings(
  embeddings: Embeddings,
  wanted: readonly string[],
  images: string | undefined,
  options: VideoSourceOptions = {},
): VideoSource {
  const { data, size, file } = embeddings
  const names = relativeNames(embeddings, images)
  const asked = new Set(wanted)
  const rows = placesOf(names.map((name) => (asked.has(name) ? name : folderOf(name))))
  for (const video of rows.keys()) if (!asked.has(video)) rows.delete(video)
  // frames of one name keep the order of their rows
  for (const own of rows.values()) own.sort((a, b) => byCodePoint(names[a] ?? '', names[b] ?? ''))
  return {
    videos: new Set(rows.keys()),
    place: file,
    isPooled: [...rows].every(([video, own]) => own.length === 1 && names[own[0] ?? 0] === video),
    size,
    read: async (video) => {
      const own = spread(rows.get(video) ?? [], options.frames)
      const features = new Float32Array(own.length * size)
      own.forEach((row, i) => features.set(data.subarray(row * size, (row + 1) * size), i * size))
      return features
    },
  }
}

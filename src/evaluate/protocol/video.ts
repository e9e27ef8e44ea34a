/**
 * @file Videos as sets of frames (YouTube Faces): frames' features have length 1; a video is their mean, or two videos are as
 * alike as their closest, or their average, pair of frames.
 */
import { DataError } from '../../base/errors.ts'
import { placesOf } from '../../base/groups.ts'
import type { TemplateSet } from '../features.ts'
import { normalizeRows } from '../features.ts'
import type { Pair } from '../pair.ts'
import type { ScoredPair } from '../result.ts'

/** `mean`: cosine of mean features; `closest`, `average`: over all pairs of frames of the two videos. */
export type VideoPooling = 'mean' | 'closest' | 'average'

/** Frames [N, D], raw, and the video of each. */
export interface Frames {
  readonly features: Float32Array
  readonly size: number
  readonly videos: readonly string[]
}

/** At most `limit` of `count` frames, evenly spread, first and last included where there are two or more. */
export function spreadFrames(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i)
  if (limit === 1) return [Math.floor((count - 1) / 2)]
  return Array.from({ length: limit }, (_, i) => Math.round((i * (count - 1)) / (limit - 1)))
}

/** Each video's mean frame, frames scaled to length 1 first and the mean again. @throws DataError without direction */
export function meanFrames(frames: Frames): TemplateSet {
  const { size } = frames
  const unit = normalizeRows(
    frames.features.slice(),
    size,
    (row) => `frame ${row + 1} (${frames.videos[row]})`,
  )
  const rows = placesOf(frames.videos)
  const data = new Float32Array(rows.size * size)
  const names = [...rows.keys()]
  names.forEach((name, position) => {
    const own = rows.get(name) ?? []
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (const row of own) sum += unit[row * size + i] ?? NaN
      data[position * size + i] = sum / own.length
    }
  })
  return { names, size, data: normalizeRows(data, size, (row) => `video ${names[row]}`) }
}

/** The procedure in words. */
export const videoPoolingInWords: Readonly<Record<VideoPooling, string>> = {
  mean: "cosine of the videos' mean frame features, each frame of length 1",
  closest: 'cosine of the closest pair of frames of the two videos',
  average: 'cosine averaged over all pairs of frames of the two videos',
}

/** Scores pairs of videos. @throws DataError where a video has no frames */
export function scoreVideos(pairs: readonly Pair[], frames: Frames, pooling: VideoPooling): ScoredPair[] {
  const { size } = frames
  const means = pooling === 'mean' ? meanFrames(frames) : undefined
  const unit = normalizeRows(means?.data ?? frames.features.slice(), size)
  const rows =
    means === undefined ? placesOf(frames.videos) : new Map(means.names.map((name, row) => [name, [row]]))
  const rowsOf = (video: string): readonly number[] => {
    const found = rows.get(video)
    if (found === undefined) throw new DataError(`There are no frames of ${video}`)
    return found
  }
  return pairs.map((pair) => {
    const [first, second] = [rowsOf(pair.a), rowsOf(pair.b)]
    let closest = -Infinity
    let sum = 0
    for (const a of first) {
      for (const b of second) {
        let score = 0
        for (let i = 0; i < size; i++) score += (unit[a * size + i] ?? NaN) * (unit[b * size + i] ?? NaN)
        sum += score
        if (score > closest) closest = score
      }
    }
    const score = pooling === 'average' ? sum / (first.length * second.length) : closest
    return { ...pair, score: Math.max(-1, Math.min(1, score)) }
  })
}

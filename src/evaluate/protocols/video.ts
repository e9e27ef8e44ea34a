/** @file Pairs of videos: YouTube Faces. */
import { choiceOption, integerOption } from '../../base/option.ts'
import type { VideoPooling } from '../protocol/video.ts'
import { defineProtocol, type Protocol } from './protocol.ts'
import { nistOption, pairsOption, skipMissingOption } from './shared-options.ts'

const videos = 'Videos (ytf)'

export interface VideoAsked {
  readonly pairs: string
  readonly skipMissing: boolean
  readonly nist: boolean
  readonly pooling: VideoPooling
  readonly frames: number
}

export const videoProtocol: Protocol<VideoAsked> = defineProtocol<VideoAsked>({
  kind: 'video',
  question: 'pairs',
  unit: 'videos',
  benchmarks: [
    {
      name: 'ytf',
      title: 'YouTube Faces',
      container: 'ytf',
      files: 'a list of videos with splits',
      unlooked: true,
    },
  ],
  recognise: async ({ pairs }, files) =>
    pairs !== undefined && (await files.container()) === 'ytf'
      ? { benchmark: 'ytf', container: 'ytf', because: `${pairs} is a list of videos with splits` }
      : undefined,
  options: {
    pairs: pairsOption,
    skipMissing: skipMissingOption,
    nist: nistOption,
    pooling: choiceOption({
      group: videos,
      meaning: 'mean: cosine of mean frames; closest, average: over all pairs of frames',
      choices: ['mean', 'closest', 'average'] as const,
      default: 'mean',
    }),
    frames: integerOption({
      group: videos,
      meaning: 'at most so many frames of a video, evenly spread',
      unit: 'frames',
      min: 1,
      max: 1_000_000,
      default: 'all',
    }),
  },
})

/** @file Features of listed images pooled into the templates of IJB-B or -C. */
import { given } from '../../base/given.ts'
import type { PooledTemplates, PoolingFlags } from '../../evaluate/protocol/templates.ts'
import { poolTemplates } from '../../evaluate/protocol/templates.ts'
import type { ImageLists } from './ijb-files.ts'
import type { RawFeatures } from './raw-features.ts'

/** Lengths kept, detector scores, mirror images: N1D1F1. */
export const allFlags: PoolingFlags = { flip: true, keepNorms: true, detectorScores: true }

/** Templates of the images' features, a row for each line of the lists. @throws DataError on a feature or template without direction */
export function poolImages(
  { images, faces }: ImageLists,
  { raw, mirrored, size }: RawFeatures,
  flags: PoolingFlags,
): PooledTemplates {
  return poolTemplates(
    {
      features: raw,
      size,
      templates: images.templates,
      media: images.media,
      scores: Float32Array.from(faces, ({ score }) => score),
      ...given({ mirrored }),
    },
    flags,
  )
}

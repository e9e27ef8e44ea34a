/**
 * @file Templates of several images, as IARPA's benchmarks are evaluated: images of one media (a video) are averaged first, then
 * media are added, then the sum gets length 1.
 */
import { DataError } from '../../base/errors.ts'
import { groupBy, placesOf } from '../../base/groups.ts'

/** How images' features are prepared before pooling. */
export interface PoolingFlags {
  /** F: add the mirror image's features. */
  readonly flip: boolean
  /** N: keep the features' lengths, which grow with image quality; otherwise each image counts the same. */
  readonly keepNorms: boolean
  /** D: weigh each image with the detector's score. */
  readonly detectorScores: boolean
}

/** The features of images and where each belongs; an image may appear in several rows. */
export interface ImageFeatures {
  /** [N, D], raw. */
  readonly features: Float32Array
  /** Of the mirror images, [N, D]; needed with `flip`. */
  readonly mirrored?: Float32Array
  readonly size: number
  readonly templates: Int32Array
  readonly media: Int32Array
  /** Needed with `detectorScores`. */
  readonly scores?: Float32Array
}

/** Templates by number, ascending; `data` is [T, D], every row of length 1. */
export interface PooledTemplates {
  readonly ids: Int32Array
  readonly size: number
  readonly data: Float32Array
}

/** The flags in words, in the spellings of both public scripts, which disagree about N. */
export function poolingInWords({ flip, keepNorms, detectorScores }: PoolingFlags): string {
  const bit = (value: boolean): number => (value ? 1 : 0)
  const code = (norms: boolean): string => `N${bit(norms)}D${bit(detectorScores)}F${bit(flip)}`
  return (
    `features ${flip ? 'of image and mirror image added' : 'of the image alone'}, lengths ${keepNorms ? 'kept' : 'set to 1'}, ` +
    `detector scores ${detectorScores ? 'multiplied in' : 'ignored'} (${code(keepNorms)} in eval_ijbc.py, ` +
    `${code(!keepNorms)} in ijb_evals.py); images of one media averaged, media added, then length 1`
  )
}

const checkLengths = (input: ImageFeatures, flags: PoolingFlags): void => {
  const count = input.features.length / input.size
  const parts: readonly (readonly [string, number | undefined, number])[] = [
    ['templates', input.templates.length, count],
    ['media', input.media.length, count],
    ['mirrored', flags.flip ? input.mirrored?.length : undefined, count * input.size],
    ['scores', flags.detectorScores ? input.scores?.length : undefined, count],
  ]
  for (const [name, got, wanted] of parts) {
    const isNeeded = name === 'mirrored' ? flags.flip : name === 'scores' ? flags.detectorScores : true
    if (isNeeded && got !== wanted)
      throw new RangeError(`Expected ${wanted} values of \`${name}\`, got ${got ?? 'none'}`)
  }
}

/** Pools images into templates, in float64. @throws DataError on a feature or template without direction */
export function poolTemplates(input: ImageFeatures, flags: PoolingFlags): PooledTemplates {
  const { size, templates, media } = input
  checkLengths(input, flags)
  const imagesOf = placesOf(templates)
  const ids = Int32Array.from(imagesOf.keys()).sort()
  const data = new Float32Array(ids.length * size)
  const ofMedia = new Float64Array(size)
  const sum = new Float64Array(size)
  const feature = new Float64Array(size)
  ids.forEach((id, row) => {
    sum.fill(0)
    const byMedia = groupBy(imagesOf.get(id) ?? [], (image) => media[image] ?? NaN)
    // sums round, so their order is fixed: by media, images of one media as they came
    for (const [, images] of [...byMedia].sort(([a], [b]) => a - b)) {
      ofMedia.fill(0)
      for (const image of images) {
        const weight = prepareImage(feature, image, input, flags)
        addScaled(ofMedia, feature, weight)
      }
      for (let i = 0; i < size; i++) sum[i] = (sum[i] ?? NaN) + (ofMedia[i] ?? NaN) / images.length
    }
    const length = Math.hypot(...sum)
    if (!(length > 0 && Number.isFinite(length)))
      throw new DataError(`The template ${id} has the length ${length}; it has no direction`)
    for (let i = 0; i < size; i++) data[row * size + i] = (sum[i] ?? NaN) / length
  })
  return { ids, size, data }
}

/** Sets `feature` to an image's, its mirror image's added where that is wanted; returns its weight. @throws DataError */
const prepareImage = (
  feature: Float64Array,
  image: number,
  input: ImageFeatures,
  flags: PoolingFlags,
): number => {
  const { features, size } = input
  const mirrored = flags.flip ? input.mirrored : undefined
  let square = 0
  for (let i = 0; i < size; i++) {
    const at = image * size + i
    const value = (features[at] ?? NaN) + (mirrored === undefined ? 0 : (mirrored[at] ?? NaN))
    feature[i] = value
    square += value * value
  }
  const length = Math.sqrt(square)
  if (!(length > 0 && Number.isFinite(length)))
    throw new DataError(`The feature of image ${image + 1} has the length ${length}; it has no direction`)
  const weight = flags.keepNorms ? 1 : 1 / length
  return flags.detectorScores ? weight * (input.scores?.[image] ?? NaN) : weight
}

const addScaled = (sum: Float64Array, feature: Float64Array, weight: number): void => {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? NaN) + (feature[i] ?? NaN) * weight
}

/** Rows of templates by their number. @throws DataError naming the first that is missing */
export function rowsOf(templates: PooledTemplates, ids: Int32Array, what: string): Int32Array {
  const rows = new Map<number, number>()
  templates.ids.forEach((id, row) => rows.set(id, row))
  return ids.map((id) => {
    const row = rows.get(id)
    if (row === undefined) throw new DataError(`${what} names the template ${id}, which has no images`)
    return row
  })
}

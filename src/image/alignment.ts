/** @file The one aligner: where a face's named landmarks belong in a crop, and the crop that has them there. */
import { applyAffine, invertAffine, warpAffine } from './affine.ts'
import type { Affine } from './affine.ts'
import { blockMeans } from './block-mean.ts'
import type { Blocks } from './block-mean.ts'
import type { Image, Point, Size } from './image.ts'
import { similarityTransform } from './similarity.ts'

/** What `alignFace` does, for records of embeddings: a change of its pixels changes the number. */
export const alignerVersion = 'umeyama-bilinear/1'

/** Left eye, right eye, nose tip, left and right mouth corner (as seen in the image) in a 112×112 crop. */
const points112: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
]

/** The five alignment points in the order in which contracts list them; left and right as seen with the face upright. */
export const alignmentNames = ['leftEye', 'rightEye', 'nose', 'leftMouth', 'rightMouth'] as const

/** Points of a face that detectors give: eyes, nose tip, mouth corners, the mouth's centre, ears. Left as seen with the face upright. */
export type LandmarkName = (typeof alignmentNames)[number] | 'mouth' | 'leftEar' | 'rightEar'

/** The points of one face, in pixels; a detector gives those it knows. */
export type Landmarks = Readonly<Partial<Record<LandmarkName, Point>>>

/**
 * The alignment points of an input of `size`: those of the 112×112 crop, carried along when that crop is brought to
 * `size` as every image is (scaled to cover, then cropped in the middle); 112×96 is thus the same points, x − 8.
 */
export function alignmentPoints(size: Size): readonly Point[] {
  const scale = Math.max(size.height, size.width) / 112
  const offsetX = cropOffset(112 * scale - size.width, scale)
  const offsetY = cropOffset(112 * scale - size.height, scale)
  // pixel centres: a pixel's middle is at +0.5 when scaling
  return points112.map(({ x, y }) => ({
    x: (x + 0.5) * scale - 0.5 - offsetX,
    y: (y + 0.5) * scale - 0.5 - offsetY,
  }))
}

const cropOffset = (excess: number, scale: number): number =>
  scale === 1 ? Math.floor(excess / 2) : excess / 2

/** The crop of `size` with the face's five `points` at their alignment points; black where the image ends. */
export function alignFace(image: Image, points: readonly Point[], size: Size): Image {
  return warpFace(image, similarityTransform(points, alignmentPoints(size)), size)
}

/**
 * The similarity that takes the landmarks of a face to `points`, the contract's five. Those present are fitted; a
 * mouth's centre stands for both corners where they are missing. Ears have no place in a crop.
 * @throws UsageError where fewer than two are present
 */
export function alignmentTransform(landmarks: Landmarks, points: readonly Point[]): Affine {
  const from: Point[] = []
  const to: Point[] = []
  const pair = (found: Point | undefined, place: Point | undefined): void => {
    if (found === undefined || place === undefined) return
    from.push(found)
    to.push(place)
  }
  alignmentNames.forEach((name, index) => pair(landmarks[name], points[index]))
  const [, , , left, right] = points
  const isWithoutCorners = landmarks.leftMouth === undefined && landmarks.rightMouth === undefined
  if (isWithoutCorners && left !== undefined && right !== undefined)
    pair(landmarks.mouth, { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 })
  return similarityTransform(from, to)
}

/** The crop of `size` with a face's landmarks at `points`, the contract's five; black where the image ends. */
export function alignLandmarks(
  image: Image,
  landmarks: Landmarks,
  size: Size,
  points: readonly Point[] = alignmentPoints(size),
): Image {
  return warpFace(image, alignmentTransform(landmarks, points), size)
}

/**
 * A crop by its transform. Bilinear sampling looks at four pixels only: of a face that shrinks more than twofold, the
 * image's blocks of 2×2, 4×4, … pixels are averaged first, so that no more than twofold is left and all pixels count.
 */
export function warpFace(image: Image, transform: Affine, size: Size): Image {
  const inverse = invertAffine(transform)
  const shrink = Math.hypot(inverse.a, inverse.d)
  const unit = 2 ** Math.max(0, Math.ceil(Math.log2(shrink) - 1e-9) - 1)
  if (unit === 1) return warpAffine(image, inverse, size)
  const blocks = seenBlocks(image, inverse, size, unit)
  if (blocks.right <= blocks.left || blocks.bottom <= blocks.top)
    return { ...size, data: new Uint8Array(size.height * size.width * 3) }
  // the middle of a block lies half a block from its first pixel's edge
  const inBlocks = (place: number, first: number): number => (place + 0.5) / unit - 0.5 - first
  const { a, b, d, e } = inverse
  const shrunk: Affine = {
    ...{ a: a / unit, b: b / unit, c: inBlocks(inverse.c, blocks.left) },
    ...{ d: d / unit, e: e / unit, f: inBlocks(inverse.f, blocks.top) },
  }
  return warpAffine(blockMeans(image, unit, blocks), shrunk, size)
}

/** The blocks that a crop can see, with one more on every side, as far as the image has them. */
const seenBlocks = (image: Image, inverse: Affine, size: Size, unit: number): Blocks => {
  const corners = [0, size.height - 1].flatMap((y) =>
    [0, size.width - 1].map((x) => applyAffine(inverse, { x, y })),
  )
  const range = (values: readonly number[], length: number): readonly [number, number] => [
    Math.max(0, Math.floor(Math.min(...values) / unit) - 1),
    Math.min(Math.ceil(length / unit), Math.floor(Math.max(...values) / unit) + 2),
  ]
  const [left, right] = range(
    corners.map(({ x }) => x),
    image.width,
  )
  const [top, bottom] = range(
    corners.map(({ y }) => y),
    image.height,
  )
  return { left, top, right, bottom }
}

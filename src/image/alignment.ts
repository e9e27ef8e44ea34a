/** @file The five points to which faces are aligned, for every input size the field uses. */
import { invertAffine, warpAffine } from './affine.ts'
import type { Image, Point, Size } from './image.ts'
import { similarityTransform } from './similarity.ts'

/** Left eye, right eye, nose tip, left and right mouth corner (as seen in the image) in a 112×112 crop. */
const points112: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
]

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
  return warpAffine(image, invertAffine(similarityTransform(points, alignmentPoints(size))), size)
}

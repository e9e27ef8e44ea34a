/** @file Quarter turns of images and points. */
import type { Image, Point, Size } from './image.ts'

/** Quarter turns clockwise. */
export type Turn = 0 | 1 | 2 | 3

/** The image turned clockwise. */
export function turnImage(image: Image, turn: Turn): Image {
  if (turn === 0) return image
  const { height, width } = image
  const size = turn === 2 ? { height, width } : { height: width, width: height }
  const data = new Uint8Array(image.data.length)
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const from = turnPoint({ x, y }, size, turn === 1 ? 3 : turn === 3 ? 1 : 2)
      const at = (from.y * width + from.x) * 3
      const to = (y * size.width + x) * 3
      data[to] = image.data[at]!
      data[to + 1] = image.data[at + 1]!
      data[to + 2] = image.data[at + 2]!
    }
  }
  return { ...size, data }
}

/** Where a pixel of an image of `size` lies after the image was turned clockwise. */
export function turnPoint({ x, y }: Point, { height, width }: Size, turn: Turn): Point {
  if (turn === 0) return { x, y }
  if (turn === 1) return { x: height - 1 - y, y: x }
  if (turn === 2) return { x: width - 1 - x, y: height - 1 - y }
  return { x: y, y: width - 1 - x }
}

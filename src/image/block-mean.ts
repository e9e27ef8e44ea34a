/** @file Shrinking by whole numbers: every pixel of the result is the mean of a square block. */
import type { Image } from './image.ts'

/** Blocks of an image, by their column and row: those before `right` and `bottom`. */
export interface Blocks {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/**
 * The means of the chosen blocks of `unit`×`unit` pixels, block (0, 0) beginning at the first pixel. What a block has
 * outside the image counts as black.
 */
export function blockMeans(image: Image, unit: number, blocks: Blocks): Image {
  const size = { height: blocks.bottom - blocks.top, width: blocks.right - blocks.left }
  const data = new Uint8Array(size.height * size.width * 3)
  const area = unit * unit
  let at = 0
  for (let row = blocks.top; row < blocks.bottom; row++) {
    const lastY = Math.min(image.height, (row + 1) * unit)
    for (let column = blocks.left; column < blocks.right; column++, at += 3) {
      const firstX = column * unit
      const columns = Math.min(image.width, firstX + unit) - firstX
      let r = 0
      let g = 0
      let b = 0
      for (let y = row * unit; y < lastY; y++) {
        let from = (y * image.width + firstX) * 3
        for (let x = 0; x < columns; x++, from += 3) {
          r += image.data[from]!
          g += image.data[from + 1]!
          b += image.data[from + 2]!
        }
      }
      data[at] = r / area + 0.5
      data[at + 1] = g / area + 0.5
      data[at + 2] = b / area + 0.5
    }
  }
  return { ...size, data }
}

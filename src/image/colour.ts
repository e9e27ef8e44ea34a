/** @file Small changes of whole images. */
import type { Image } from './image.ts'

/** The same image without colour (BT.601 luma), still three channels. */
export function grey(image: Image): Image {
  const data = new Uint8Array(image.data.length)
  for (let at = 0; at < data.length; at += 3) {
    data[at] =
      data[at + 1] =
      data[at + 2] =
        0.299 * image.data[at]! + 0.587 * image.data[at + 1]! + 0.114 * image.data[at + 2]! + 0.5
  }
  return { height: image.height, width: image.width, data }
}

/** The same image with left and right exchanged. */
export function mirror(image: Image): Image {
  const { height, width } = image
  const data = new Uint8Array(image.data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3
      const to = (y * width + width - 1 - x) * 3
      data[to] = image.data[from]!
      data[to + 1] = image.data[from + 1]!
      data[to + 2] = image.data[from + 2]!
    }
  }
  return { height, width, data }
}

/** @file What a detector's network sees of a photograph, and the way back to the photograph's pixels. */
import type { Image, Point, Size } from '../image/image.ts'
import { resampleRegion } from '../image/resample.ts'
import type { Region } from '../image/resample.ts'

/** A part of a photograph in an image of the network's size; where the part ends, the image is black. */
export interface View {
  readonly image: Image
  /** View pixels for a photograph's pixel. */
  readonly scale: { readonly x: number; readonly y: number }
  readonly region: Region
}

/** `region` of the photograph, scaled to `inner` pixels, in the upper left of an image of `size`. */
export function viewOf(photograph: Image, region: Region, inner: Size, size: Size): View {
  const isWhole =
    region.height === inner.height &&
    region.width === inner.width &&
    photograph.height === inner.height &&
    photograph.width === inner.width
  const scaled = isWhole ? photograph : resampleRegion(photograph, region, inner)
  return {
    image: scaled.height === size.height && scaled.width === size.width ? scaled : padded(scaled, size),
    scale: { x: inner.width / region.width, y: inner.height / region.height },
    region,
  }
}

const padded = (image: Image, size: Size): Image => {
  const data = new Uint8Array(size.height * size.width * 3)
  const row = image.width * 3
  for (let y = 0; y < image.height; y++)
    data.set(image.data.subarray(y * row, (y + 1) * row), y * size.width * 3)
  return { ...size, data }
}

/** A point of the view in the photograph; pixels' middles go to pixels' middles. */
export function pointInPhotograph({ scale, region }: View, { x, y }: Point): Point {
  return {
    x: (x + 0.5) / scale.x - 0.5 + region.left,
    y: (y + 0.5) / scale.y - 0.5 + region.top,
  }
}

/** An edge of the view in the photograph; edges go to edges. */
export function edgeInPhotograph({ scale, region }: View, { x, y }: Point): Point {
  return { x: x / scale.x + region.left, y: y / scale.y + region.top }
}

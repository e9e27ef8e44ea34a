/** @file Bringing images to the network's size: bilinear with half-pixel centres, widened when shrinking against aliasing. */
import { checkInteger } from '../base/check.ts'
import type { Image, Size } from './image.ts'

/** A rectangle of an image in pixels, fractions allowed: `left` = 0 is the left edge of the first pixel. */
export interface Region extends Size {
  readonly top: number
  readonly left: number
}

/** For each place along one axis: the first source pixel and the weights of it and those after it. */
interface Taps {
  readonly first: Int32Array
  readonly weights: Float32Array
  readonly width: number
}

const tapsOf = (start: number, length: number, target: number, source: number): Taps => {
  const step = length / target
  const radius = Math.max(1, step)
  const width = Math.ceil(2 * radius) + 1
  const first = new Int32Array(target)
  const weights = new Float32Array(target * width)
  for (let i = 0; i < target; i++) {
    const centre = start + (i + 0.5) * step - 0.5
    const from = Math.ceil(centre - radius)
    const begin = Math.min(Math.max(from, 0), Math.max(0, source - width))
    first[i] = begin
    let sum = 0
    for (let j = 0; j < width; j++) {
      const weight = Math.max(0, 1 - Math.abs(from + j - centre) / radius)
      sum += weight
      // pixels beyond the edge repeat the edge
      const place = Math.min(Math.max(from + j, 0), source - 1) - begin
      if (weight > 0) weights[i * width + place]! += weight
    }
    for (let j = 0; j < width; j++) weights[i * width + j]! /= sum
  }
  return { first, weights, width }
}

/** The `region` of `image` as an image of `size`; beyond the edges the edge pixels repeat. Exact for whole shifts. */
export function resampleRegion(image: Image, region: Region, size: Size): Image {
  checkInteger('height', size.height, { min: 1 })
  checkInteger('width', size.width, { min: 1 })
  const { data } = image
  const across = tapsOf(region.left, region.width, size.width, image.width)
  const down = tapsOf(region.top, region.height, size.height, image.height)
  const row = size.width * 3
  // rows that no result needs are not resampled
  const firstRow = down.first[0]!
  const lastRow = Math.min(image.height - 1, down.first[size.height - 1]! + down.width - 1)
  const middle = new Float32Array((lastRow - firstRow + 1) * row)
  for (let y = firstRow; y <= lastRow; y++) {
    const out = (y - firstRow) * row
    for (let x = 0; x < size.width; x++) {
      let r = 0
      let g = 0
      let b = 0
      let at = (y * image.width + across.first[x]!) * 3
      for (let j = 0; j < across.width; j++, at += 3) {
        const weight = across.weights[x * across.width + j]!
        if (weight === 0) continue
        r += data[at]! * weight
        g += data[at + 1]! * weight
        b += data[at + 2]! * weight
      }
      middle[out + x * 3] = r
      middle[out + x * 3 + 1] = g
      middle[out + x * 3 + 2] = b
    }
  }
  const result = new Uint8Array(size.height * row)
  const line = new Float32Array(row)
  for (let y = 0; y < size.height; y++) {
    line.fill(0.5)
    for (let j = 0; j < down.width; j++) {
      const weight = down.weights[y * down.width + j]!
      if (weight === 0) continue
      const at = (down.first[y]! - firstRow + j) * row
      for (let i = 0; i < row; i++) line[i]! += middle[at + i]! * weight
    }
    result.set(line, y * row)
  }
  return { ...size, data: result }
}

/** The whole image brought to `size`, its proportions be what they may. */
export function resize(image: Image, size: Size): Image {
  return resampleRegion(image, { top: 0, left: 0, height: image.height, width: image.width }, size)
}

/** The part of an image of size `from` that fills `size`: as large as possible, in the middle. */
export function coverRegion(from: Size, size: Size): Region {
  const scale = Math.max(size.height / from.height, size.width / from.width)
  const height = size.height / scale
  const width = size.width / scale
  const top = (from.height - height) / 2
  const left = (from.width - width) / 2
  // without a change of size there is no resampling either: an odd rest goes below and to the right
  return scale === 1
    ? { top: Math.floor(top), left: Math.floor(left), height, width }
    : { top, left, height, width }
}

/**
 * The image as a network of input `size` sees it: scaled to cover, then cropped in the middle, in one resampling.
 * A 112×112 crop enters 112×96 as its columns 8…103, unchanged. With `margin`, that many pixels more on every side
 * (repeating the edge where the image ends), so that the middle of the result is the crop without margin.
 */
export function networkCrop(image: Image, size: Size, margin = 0): Image {
  const region = coverRegion(image, size)
  const outer = { height: size.height + 2 * margin, width: size.width + 2 * margin }
  if (region.height === size.height && region.width === size.width) {
    return shiftedCrop(image, region.top - margin, region.left - margin, outer)
  }
  const unit = region.height / size.height
  return resampleRegion(
    image,
    {
      top: region.top - margin * unit,
      left: region.left - margin * unit,
      height: outer.height * unit,
      width: outer.width * unit,
    },
    outer,
  )
}

const shiftedCrop = (image: Image, top: number, left: number, size: Size): Image => {
  const data = new Uint8Array(size.height * size.width * 3)
  const before = Math.min(size.width, Math.max(0, -left))
  const after = Math.max(before, Math.min(size.width, image.width - left))
  for (let y = 0; y < size.height; y++) {
    const row = Math.min(Math.max(y + top, 0), image.height - 1) * image.width
    const out = y * size.width
    data.set(image.data.subarray((row + left + before) * 3, (row + left + after) * 3), (out + before) * 3)
    for (let c = 0; c < 3; c++) {
      for (let x = 0; x < before; x++) data[(out + x) * 3 + c] = image.data[row * 3 + c]!
      for (let x = after; x < size.width; x++)
        data[(out + x) * 3 + c] = image.data[(row + image.width - 1) * 3 + c]!
    }
  }
  return { ...size, data }
}

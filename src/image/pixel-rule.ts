/** @file From an image to what a detector's network reads. */
import type { Image } from './image.ts'

/** How a detector wants its pixels. */
export interface PixelRule {
  /** The order in memory: planes, or pixel after pixel. */
  readonly layout: 'nchw' | 'nhwc'
  readonly channels: 'rgb' | 'bgr' | 'grey'
  /** (pixel − mean) / std; a mean of its own for each channel in the order of `channels`, or one for all. */
  readonly mean: number | readonly [number, number, number]
  readonly std: number
}

/** The image as one input [1, C, H, W] or [1, H, W, C] of a network. */
export function networkPixels(image: Image, rule: PixelRule): Float32Array {
  const { data, height, width } = image
  const { mean, std } = rule
  const plane = height * width
  if (rule.channels === 'grey') {
    const grey = new Float32Array(plane)
    const [offset] = typeof mean === 'number' ? [mean] : mean
    for (let i = 0, at = 0; i < plane; i++, at += 3) {
      const level = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
      grey[i] = (level - offset) / std
    }
    return grey
  }
  const result = new Float32Array(3 * plane)
  for (let channel = 0; channel < 3; channel++) {
    const from = rule.channels === 'rgb' ? channel : 2 - channel
    const offset = typeof mean === 'number' ? mean : (mean[channel] ?? 0)
    const planar = rule.layout === 'nchw'
    const step = planar ? 1 : 3
    for (let i = 0, at = from, to = planar ? channel * plane : channel; i < plane; i++, at += 3, to += step) {
      result[to] = (data[at]! - offset) / std
    }
  }
  return result
}

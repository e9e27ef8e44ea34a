/** @file What the toy experiment learns from: a few identities, some of whose samples are held out. */
import { checkInteger, checkNumber } from '../base/check.ts'
import { random, shuffled } from '../base/random.ts'
import type { Image, Size } from '../image/image.ts'
import { normalise } from '../image/normalise.ts'
import { networkCrop } from '../image/resample.ts'

/** Labelled inputs: `pixels` is [N, 3, H, W], `labels` is [N]. */
export interface ToySamples {
  readonly pixels: Float32Array
  readonly labels: Int32Array
  /** The place of each among all that were given, before some were held out. */
  readonly rows: Int32Array
}

/** Samples to learn from and samples to be judged by. */
export interface ToyData {
  readonly size: Size
  readonly classes: number
  readonly train: ToySamples
  readonly heldOut: ToySamples
}

/** How many points, and how hard they are to tell apart. */
export interface SyntheticOptions {
  readonly seed: number
  /** @defaultValue 8 */
  readonly classes?: number
  /** Samples of each to learn from; a third as many are held out. @defaultValue 120 */
  readonly perClass?: number
  /** Standard deviation of the noise, where identities differ by about 1 in each of 48 numbers. @defaultValue 1 */
  readonly noise?: number
}

type Given = Omit<ToySamples, 'rows'>

const select = (samples: Given, rows: readonly number[], each: number): ToySamples => {
  const pixels = new Float32Array(rows.length * each)
  rows.forEach((row, index) =>
    pixels.set(samples.pixels.subarray(row * each, (row + 1) * each), index * each),
  )
  return {
    pixels,
    labels: Int32Array.from(rows, (row) => samples.labels[row] ?? 0),
    rows: Int32Array.from(rows),
  }
}

/** The same share of each class held out, drawn by the seed. */
const split = (
  samples: Given,
  classes: number,
  each: number,
  share: number,
  seed: number,
): Pick<ToyData, 'train' | 'heldOut'> => {
  const held: number[] = []
  const kept: number[] = []
  for (let label = 0; label < classes; label++) {
    const rows = [...samples.labels.keys()].filter((row) => samples.labels[row] === label)
    const count = Math.round(rows.length * share)
    shuffled(rows, random(seed, 'toy', 'split', label)).forEach((row, index) =>
      (index < count ? held : kept).push(row),
    )
  }
  return { train: select(samples, kept, each), heldOut: select(samples, held, each) }
}

/** Identities as clouds of 48 numbers each: no pictures needed, drawn in a millisecond, equal on every machine. */
export function syntheticToy(options: SyntheticOptions): ToyData {
  const { seed, classes = 8, perClass = 120, noise = 1 } = options
  checkInteger('classes', classes, { min: 2, max: 64 })
  checkInteger('perClass', perClass, { min: 3, max: 10_000 })
  checkNumber('noise', noise, { min: 0, max: 100 })
  const size = { height: 4, width: 4 }
  const each = 48
  const total = classes * Math.round(perClass * (4 / 3))
  const centres = Array.from({ length: classes }, (_, label) => {
    const stream = random(seed, 'toy', 'centre', label)
    return Float32Array.from({ length: each }, () => stream.normal())
  })
  const pixels = new Float32Array(total * each)
  const labels = Int32Array.from({ length: total }, (_, row) => row % classes)
  labels.forEach((label, row) => {
    const stream = random(seed, 'toy', 'sample', row)
    const centre = centres[label]
    for (let i = 0; i < each; i++) pixels[row * each + i] = (centre?.[i] ?? 0) + noise * stream.normal()
  })
  return { size, classes, ...split({ pixels, labels }, classes, each, 0.25, seed) }
}

/** Identities as pictures, brought to `size` and normalised as the paper does; a quarter of each is held out. */
export function toyFromImages(
  images: readonly Image[],
  labels: readonly number[],
  options: { readonly size: Size; readonly seed: number },
): ToyData {
  const { size, seed } = options
  const classes = Math.max(...labels) + 1
  const samples = {
    pixels: normalise(images.map((image) => networkCrop(image, size))),
    labels: Int32Array.from(labels),
  }
  return { size, classes, ...split(samples, classes, 3 * size.height * size.width, 0.25, seed) }
}

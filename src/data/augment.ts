/** @file Changes of training images, each drawn for (seed, epoch, sample) alone: thread counts and order change nothing. */
import { random } from '../base/random.ts'
import type { Random } from '../base/random.ts'
import { composeAffine, warpInto } from '../image/affine.ts'
import type { Affine } from '../image/affine.ts'
import type { Image, Size } from '../image/image.ts'
import { resize } from '../image/resample.ts'
import { brightnessAt } from './brightness.ts'
import type { Draw } from './sampler.ts'

/** What may change; a training run's configuration has the same shape. */
export interface Augmentation {
  readonly flip: boolean
  /** Largest shift in pixels, each direction. */
  readonly shift: number
  /** Largest change of size, as a share (0.1: 90 % … 110 %). */
  readonly zoom: number
  /** Largest rotation in degrees. */
  readonly rotate: number
  /** Largest change of brightness and contrast, as a share. */
  readonly light: number
  /** Chance of losing colour. */
  readonly grey: number
  /** Chance that a rectangle is covered. */
  readonly erase: number
  /** Chance of being blurred or made small and large again. */
  readonly blur: number
}

/** Nothing changes. */
export const noAugmentation: Augmentation = {
  flip: false,
  shift: 0,
  zoom: 0,
  rotate: 0,
  light: 0,
  grey: 0,
  erase: 0,
  blur: 0,
}

/** What was drawn for one image; what is absent does not happen. */
export interface Changes {
  readonly flip: boolean
  /** Shift in pixels, size factor, rotation in degrees about the middle. */
  readonly move?: { readonly x: number; readonly y: number; readonly zoom: number; readonly degrees: number }
  /** Factors of brightness (about black) and contrast (about middle grey). */
  readonly light?: { readonly brightness: number; readonly contrast: number }
  readonly grey: boolean
  /** The covered rectangle as shares of height and width, and its grey level. */
  readonly erase?: {
    readonly top: number
    readonly left: number
    readonly height: number
    readonly width: number
    readonly level: number
  }
  /** By which factor the image is made small before it is made large again. */
  readonly blur?: number
}

const between = (stream: Random, low: number, high: number): number => low + (high - low) * stream.uniform()

/** The changes for one draw. */
export function drawChanges(options: Augmentation, seed: number, draw: Draw): Changes {
  const keys = draw.copy === 0 ? [draw.epoch, draw.index] : [draw.epoch, draw.index, draw.copy]
  const stream = random(seed, 'augment', ...keys)
  // every change has its own stream: switching one on leaves the others as they were
  const part = (name: string): Random => random(seed, 'augment', name, ...keys)
  const flip = options.flip && stream.uniform() < 0.5
  const changes: { -readonly [K in keyof Changes]: Changes[K] } = { flip, grey: false }
  if (options.shift > 0 || options.zoom > 0 || options.rotate > 0) {
    const move = part('move')
    changes.move = {
      x: between(move, -options.shift, options.shift),
      y: between(move, -options.shift, options.shift),
      zoom: between(move, 1 - options.zoom, 1 + options.zoom),
      degrees: between(move, -options.rotate, options.rotate),
    }
  }
  if (options.light > 0) {
    const light = part('light')
    changes.light = {
      brightness: between(light, 1 - options.light, 1 + options.light),
      contrast: between(light, 1 - options.light, 1 + options.light),
    }
  }
  changes.grey = options.grey > 0 && part('grey').uniform() < options.grey
  if (options.erase > 0) {
    const erase = part('erase')
    if (erase.uniform() < options.erase) {
      const height = between(erase, 0.1, 0.4)
      const width = between(erase, 0.1, 0.4)
      changes.erase = {
        height,
        width,
        top: between(erase, 0, 1 - height),
        left: between(erase, 0, 1 - width),
        level: erase.integer(256),
      }
    }
  }
  if (options.blur > 0) {
    const blur = part('blur')
    if (blur.uniform() < options.blur) changes.blur = between(blur, 1.3, 3)
  }
  return changes
}

/** How many pixels beyond the network's input the geometric changes can reach. */
export function marginFor(options: Augmentation, size: Size): number {
  const half = Math.hypot(size.height, size.width) / 2
  const turned = half * Math.sin((options.rotate * Math.PI) / 180)
  const zoomed = (half * options.zoom) / Math.max(0.1, 1 - options.zoom)
  // what lies further repeats the edge, which shows little; more would be memory for nothing
  return Math.min(
    Math.ceil(options.shift + turned + zoomed),
    Math.ceil(Math.max(size.height, size.width) / 8),
  )
}

/** From a pixel of the result to a pixel of the crop with margin. */
const inverseOf = (changes: Changes, size: Size, margin: number): Affine => {
  const cx = (size.width - 1) / 2
  const cy = (size.height - 1) / 2
  const { x, y, zoom, degrees } = changes.move ?? { x: 0, y: 0, zoom: 1, degrees: 0 }
  const cos = Math.cos((degrees * Math.PI) / 180) / zoom
  const sin = Math.sin((degrees * Math.PI) / 180) / zoom
  const toMiddle: Affine = { a: changes.flip ? -1 : 1, b: 0, c: changes.flip ? cx : -cx, d: 0, e: 1, f: -cy }
  const turn: Affine = { a: cos, b: sin, c: cx + margin - x, d: -sin, e: cos, f: cy + margin - y }
  return composeAffine(turn, toMiddle)
}

const cutMiddle = (crop: Image, size: Size, margin: number): Image => {
  if (margin === 0) return crop
  const data = new Uint8Array(size.height * size.width * 3)
  for (let y = 0; y < size.height; y++) {
    const at = ((y + margin) * crop.width + margin) * 3
    data.set(crop.data.subarray(at, at + size.width * 3), y * size.width * 3)
  }
  return { ...size, data }
}

const lightTable = (light: NonNullable<Changes['light']>): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, pixel) =>
    Math.min(255, Math.max(0, Math.round((pixel * light.brightness - 127.5) * light.contrast + 127.5))),
  )

/** What becomes of a crop, and whether it is still to be mirrored (the writer of planes does that on the way). */
export interface Changed {
  readonly image: Image
  readonly mirrored: boolean
}

/**
 * Applies `changes` to a crop that reaches `margin` pixels beyond `size` on every side: one resampling for all
 * geometry, then blur, light, colour, and the covered rectangle. Without changes the bytes are the crop's own.
 */
export function applyChanges(crop: Image, changes: Changes, size: Size, margin: number): Changed {
  const plain = changes.light === undefined && changes.erase === undefined && !changes.grey
  if (changes.move === undefined && changes.blur === undefined && plain) {
    return { image: cutMiddle(crop, size, margin), mirrored: changes.flip }
  }
  let image: Image
  if (changes.move === undefined) {
    const middle = cutMiddle(crop, size, margin)
    image = middle === crop ? { ...size, data: crop.data.slice() } : middle
  } else {
    image = { ...size, data: new Uint8Array(size.height * size.width * 3) }
    warpInto(image.data, crop, inverseOf(changes, size, margin), size, 'edge')
  }
  if (changes.blur !== undefined) {
    const small = {
      height: Math.max(1, Math.round(size.height / changes.blur)),
      width: Math.max(1, Math.round(size.width / changes.blur)),
    }
    image = resize(resize(image, small), size)
  }
  recolour(image, changes)
  // the warp has mirrored already
  return { image, mirrored: changes.move === undefined && changes.flip }
}

const recolour = (image: Image, changes: Changes): void => {
  const { data, height, width } = image
  if (changes.light !== undefined) {
    const table = lightTable(changes.light)
    for (let at = 0; at < data.length; at++) data[at] = table[data[at] ?? NaN] ?? NaN
  }
  if (changes.grey) {
    for (let at = 0; at < data.length; at += 3) {
      const level = brightnessAt(data, at) + 0.5
      data[at] = data[at + 1] = data[at + 2] = level
    }
  }
  if (changes.erase !== undefined) {
    const { erase } = changes
    const top = Math.round(erase.top * height)
    const left = Math.round(erase.left * width)
    const bottom = Math.round((erase.top + erase.height) * height)
    const right = Math.round((erase.left + erase.width) * width)
    for (let y = top; y < bottom; y++) data.fill(erase.level, (y * width + left) * 3, (y * width + right) * 3)
  }
}

/** @file Affine maps of the plane and the warp that applies them: inverse-mapped, bilinear, one resampling. */
import type { Image, Point, Size } from './image.ts'

/** (x, y) → (a·x + b·y + c, d·x + e·y + f). */
export interface Affine {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  readonly f: number
}

/** The map that changes nothing. */
export const identityAffine: Affine = { a: 1, b: 0, c: 0, d: 0, e: 1, f: 0 }

/** Where `map` takes `point`. */
export function applyAffine(map: Affine, point: Point): Point {
  return {
    x: map.a * point.x + map.b * point.y + map.c,
    y: map.d * point.x + map.e * point.y + map.f,
  }
}

/** First `inner`, then `outer`. */
export function composeAffine(outer: Affine, inner: Affine): Affine {
  return {
    a: outer.a * inner.a + outer.b * inner.d,
    b: outer.a * inner.b + outer.b * inner.e,
    c: outer.a * inner.c + outer.b * inner.f + outer.c,
    d: outer.d * inner.a + outer.e * inner.d,
    e: outer.d * inner.b + outer.e * inner.e,
    f: outer.d * inner.c + outer.e * inner.f + outer.f,
  }
}

/** The map that undoes `map`. @throws RangeError where it flattens the plane. */
export function invertAffine(map: Affine): Affine {
  const determinant = map.a * map.e - map.b * map.d
  if (!(Math.abs(determinant) > 1e-12)) throw new RangeError('Expected an invertible map, got a flat one')
  const a = map.e / determinant
  const b = -map.b / determinant
  const d = -map.d / determinant
  const e = map.a / determinant
  return { a, b, c: -(a * map.c + b * map.f), d, e, f: -(d * map.c + e * map.f) }
}

/** What lies outside the source image: black, or its nearest edge pixel. */
export type Border = 'black' | 'edge'

/**
 * The image of `size` whose pixel (x, y) is `source` at `inverse`(x, y), interpolated bilinearly.
 * The map runs from the result to the source; with `black`, a pixel half outside is half black.
 */
export function warpAffine(source: Image, inverse: Affine, size: Size, border: Border = 'black'): Image {
  const data = new Uint8Array(size.height * size.width * 3)
  warpInto(data, source, inverse, size, border)
  return { ...size, data }
}

/** `warpAffine` into memory that exists: `target` is [height, width, 3]. */
export function warpInto(
  target: Uint8Array,
  source: Image,
  inverse: Affine,
  size: Size,
  border: Border,
): void {
  const { data, height, width } = source
  const row = width * 3
  let at = 0
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 3) {
      const sx = inverse.a * x + inverse.b * y + inverse.c
      const sy = inverse.d * x + inverse.e * y + inverse.f
      if (!(sx >= 0 && sy >= 0 && sx < width - 1 && sy < height - 1)) {
        borderPixel(target, at, source, sx, sy, border)
        continue
      }
      const x0 = Math.floor(sx)
      const y0 = Math.floor(sy)
      const fx = sx - x0
      const fy = sy - y0
      const w00 = (1 - fy) * (1 - fx)
      const w01 = (1 - fy) * fx
      const w10 = fy * (1 - fx)
      const w11 = fy * fx
      const p = y0 * row + x0 * 3
      const q = p + row
      target[at] = data[p]! * w00 + data[p + 3]! * w01 + data[q]! * w10 + data[q + 3]! * w11 + 0.5
      target[at + 1] = data[p + 1]! * w00 + data[p + 4]! * w01 + data[q + 1]! * w10 + data[q + 4]! * w11 + 0.5
      target[at + 2] = data[p + 2]! * w00 + data[p + 5]! * w01 + data[q + 2]! * w10 + data[q + 5]! * w11 + 0.5
    }
  }
}

/** One pixel whose neighbours lie partly or wholly outside the source. */
const borderPixel = (
  target: Uint8Array,
  at: number,
  { data, height, width }: Image,
  sx: number,
  sy: number,
  border: Border,
): void => {
  const x = border === 'edge' ? Math.min(Math.max(sx, 0), width - 1) : sx
  const y = border === 'edge' ? Math.min(Math.max(sy, 0), height - 1) : sy
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  const sums = [0.5, 0.5, 0.5]
  for (const [px, wx] of [
    [x0, 1 - (x - x0)],
    [x0 + 1, x - x0],
  ] as const) {
    for (const [py, wy] of [
      [y0, 1 - (y - y0)],
      [y0 + 1, y - y0],
    ] as const) {
      // what lies outside is black: it adds nothing
      if (!(px >= 0 && py >= 0 && px < width && py < height)) continue
      const from = (py * width + px) * 3
      for (let c = 0; c < 3; c++) sums[c]! += data[from + c]! * wx * wy
    }
  }
  target.set(sums, at)
}

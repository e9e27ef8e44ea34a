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
  const black = border === 'black'
  let at = 0
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at += 3) {
      let sx = inverse.a * x + inverse.b * y + inverse.c
      let sy = inverse.d * x + inverse.e * y + inverse.f
      if (black) {
        if (!(sx > -1 && sy > -1 && sx < width && sy < height)) {
          target[at] = target[at + 1] = target[at + 2] = 0
          continue
        }
      } else {
        sx = sx < 0 ? 0 : sx > width - 1 ? width - 1 : sx
        sy = sy < 0 ? 0 : sy > height - 1 ? height - 1 : sy
      }
      const x0 = Math.floor(sx)
      const y0 = Math.floor(sy)
      const fx = sx - x0
      const fy = sy - y0
      // weights of neighbours outside are 0: they count as black, or fx = fy = 0 at the clamped edge
      const left = x0 >= 0 ? 1 - fx : 0
      const right = x0 + 1 < width ? fx : 0
      const top = y0 >= 0 ? 1 - fy : 0
      const bottom = y0 + 1 < height ? fy : 0
      const xl = x0 >= 0 ? x0 : 0
      const xr = x0 + 1 < width ? x0 + 1 : x0
      const upper = (y0 >= 0 ? y0 : 0) * width
      const lower = (y0 + 1 < height ? y0 + 1 : y0) * width
      const p00 = (upper + xl) * 3
      const p01 = (upper + xr) * 3
      const p10 = (lower + xl) * 3
      const p11 = (lower + xr) * 3
      const w00 = top * left
      const w01 = top * right
      const w10 = bottom * left
      const w11 = bottom * right
      for (let c = 0; c < 3; c++) {
        target[at + c] =
          data[p00 + c]! * w00 + data[p01 + c]! * w01 + data[p10 + c]! * w10 + data[p11 + c]! * w11 + 0.5
      }
    }
  }
}
